/** The upload page: what is chosen, in which way it goes, and what becomes of it, without leaving the page. */

import { receive } from "./arrivals.js";
import { Chosen } from "./chosen.js";
import { Lifetimes } from "./lifetimes.js";
import { Options } from "./options.js";
import { say } from "./saying.js";
import { Sendings } from "./sendings.js";
import { encrypted, plain } from "./ways.js";

const NOTHING = "There is nothing to upload yet: choose a file, or write a text.";
const TOO_LARGE = "What you chose is too large for this server. Take it out, and choose something smaller.";

const form = document.getElementById("upload");
const { file: input, text, filename, language, limit } = form.elements;
const problem = document.getElementById("file-problem");
const token = form.elements.csrf_token?.value ?? "";

// Only now: were the box there before this runs, it could be ticked, and the form would be sent as it is.
const place = document.getElementById("encrypt-place");
place?.replaceWith(place.content);
const box = document.getElementById("encrypt");

const lifetimes = new Lifetimes(form.elements.expire);
const chosen = new Chosen(
  document.getElementById("chosen"),
  document.getElementById("chosen-file"),
  () => Number(box?.checked ? form.dataset.largestEncrypted : form.dataset.largest),
);
const options = new Options(form, turn);
const sendings = new Sendings({
  onTaken: takeOut,
  onLeft: putBack,
  onMore: () => {
    form.hidden = false;
    input.focus();
  },
});

for (const element of document.querySelectorAll("[data-when-form]")) {
  element.remove();
}
form.elements.text.removeAttribute("aria-describedby");
for (const element of document.querySelectorAll("[data-when-scripted]")) {
  element.hidden = false;
}
document.getElementById("drop").classList.add("drop--large");
options.load();
take();
input.addEventListener("change", take);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
receive(document.getElementById("drop-cover"), {
  files: (files) => reopened(() => chosen.add(files)),
  text: (pasted) => reopened(() => insert(pasted)),
  problem: (words) => reopened(() => complain(words)),
});

/** What was chosen goes into the list, so that choosing again adds to it. */
function take() {
  chosen.add([...input.files]);
  input.value = "";
  problem.hidden = true;
}

/** Go by the switch "Encrypt in this browser". */
function turn() {
  const isOn = Boolean(box?.checked);
  for (const element of document.querySelectorAll("[data-when-plain]")) {
    element.hidden = isOn;
  }
  for (const element of document.querySelectorAll("[data-when-encrypted]")) {
    element.hidden = !isOn || (element.dataset.whenEncrypted === "http" && isSecureContext);
  }
  form.querySelector("button[type=submit]").textContent = isOn ? "Encrypt and upload" : "Upload";
  if (isOn) {
    lifetimes.bound(Number(form.dataset.longestEncrypted));
  } else {
    lifetimes.unbound();
  }
  chosen.show();
}

function insert(pasted) {
  text.value += text.value && !text.value.endsWith("\n") ? `\n${pasted}` : pasted;
  text.focus();
  say("Pasted into the text");
}

function complain(words) {
  problem.textContent = words;
  problem.hidden = false;
}

function start() {
  const items = wanted();
  problem.hidden = items.length > 0;
  if (items.length === 0) {
    complain(chosen.files.length > 0 ? TOO_LARGE : NOTHING);
    input.focus();
    return;
  }
  options.save();
  form.hidden = true;
  sendings.send(items, box?.checked ? encrypted(rules()) : plain(fields(), token));
}

/** Files, and the text if there is one; the name that was given goes to the text, or to a single file. */
function wanted() {
  const given = filename.value.trim();
  const files = chosen.sendable;
  const isSingle = files.length === 1 && !text.value;
  const items = files.map((file) => ({ file, filename: (isSingle && given) || file.name, given: isSingle ? given : "" }));
  if (text.value) {
    const name = called(given);
    items.push({ file: new File([text.value], name, { type: "text/plain" }), filename: name, given, text: text.value });
  }
  return items;
}

/** A text's name: as the server would have it (docs/api.md, `language`). */
function called(name) {
  const given = name.replace(/[. ]+$/, "");
  const hasEnding = /[^./\\]\.[a-z0-9]{1,16}$/i.test(given);
  return hasEnding || (given && !language.value) ? given : `${given || "paste"}.${language.value || "txt"}`;
}

function fields() {
  const { expire, private: readers } = form.elements;
  return { expire: expire.value, limit: limit.value, private: readers.value };
}

function rules() {
  return { keptSeconds: lifetimes.chosen(), limit: Number(limit.value) || null };
}

/** What is on its way leaves the form. */
function takeOut(item) {
  if (item.text === undefined) {
    chosen.remove(item.file);
  } else if (text.value === item.text) {
    text.value = "";
  }
  if (filename.value.trim() === item.given) {
    filename.value = "";
  }
}

/** What was not uploaded comes back into it, where nothing else has taken its place. */
function putBack(item) {
  if (item.text === undefined) {
    chosen.putBack(item.file);
  } else {
    text.value ||= item.text;
  }
  filename.value ||= item.given;
}

/** Add to the form, wherever one is. */
function reopened(act) {
  form.hidden = false;
  act();
}
