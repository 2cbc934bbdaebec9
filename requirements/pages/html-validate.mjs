// node html-validate.mjs FOLDER: what is wrong in the HTML files there, as JSON: a list of sentences.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { HtmlValidate } from "html-validate";

// What our HTML is held to. Every rule that is switched off or eased has its reason beside it.
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y", "html-validate:document"],
  rules: {
    // ARIA lets every list have a name, not landmarks and controls alone.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    // Marks in a highlighted text are many, and have no more bytes than they need.
    "attr-quotes": ["error", { unquoted: true }],
    // What modules made is read back from the browser, which writes `hidden=""`.
    "attribute-boolean-style": "off",
    // It is written small, and read back from the browser large.
    "doctype-style": "off",
    // Ticks of one form share a name: that is how a list is sent.
    "form-dup-name": "off",
    // A page is named after its file, whose name is as long as people made it.
    "long-title": "off",
    // HTML allows ">" in a text, and a "<" too many is an error of its own.
    "no-raw-characters": "off",
    // A `pre` that scrolls has to be a region with a name, and there is no element for that.
    "prefer-native-element": ["error", { exclude: ["region"] }],
    // The lines on which a template decides something stay behind empty.
    "no-trailing-whitespace": "off",
    // Scripts are this site's own; whoever could change them could change the page.
    "require-sri": ["error", { target: "crossorigin" }],
    // Firefox puts ticks back after a reload unless this attribute says not to; axe looks at what it says of other fields.
    "valid-autocomplete": "off",
    // HTML allows every id without a space; keys in the page of a file begin with a digit.
    "valid-id": ["error", { relaxed: true }],
  },
});

const [folder] = process.argv.slice(2);
const sentences = [];
for (const name of readdirSync(folder).sort()) {
  const report = await validator.validateFile(join(folder, name));
  for (const { messages } of report.results) {
    for (const { line, ruleId, message } of messages) {
      sentences.push(`${basename(name, ".html")} line ${line}: ${ruleId}: ${message}`);
    }
  }
}
console.log(JSON.stringify(sentences));
