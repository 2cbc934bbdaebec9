// node lighthouse.mjs CATEGORIES ROUNDS URL…: Lighthouse looks at each page, on a telephone and on a desk.
//
// CATEGORIES are joined by commas. Prints JSON: for each look the URL, the form
// factor, the scores of the categories (0 to 100), and the audits that kept one from
// being 100. One browser for all; that of CHROME_PATH.
import * as chromeLauncher from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [categories, rounds, ...urls] = process.argv.slice(2);
const FACTORS = { mobile: undefined, desktop: desktopConfig };

/** The audits of a category that count and are not passed, with what they say. */
function shortcomings(report, category) {
  return category.auditRefs
    .filter(({ id, weight }) => weight > 0 && report.audits[id].score !== null && report.audits[id].score < 1)
    .map(({ id }) => `${id}: ${report.audits[id].title}`);
}

async function look(url, factor, port) {
  const flags = { port, output: "json", logLevel: "error", onlyCategories: categories.split(",") };
  const { lhr } = await lighthouse(url, flags, FACTORS[factor]);
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const of = Object.values(lhr.categories);
  return {
    url,
    factor,
    scores: Object.fromEntries(of.map(({ id, score }) => [id, Math.round(score * 100)])),
    shortcomings: of.flatMap((category) => shortcomings(lhr, category)),
  };
}

const chrome = await chromeLauncher.launch({ chromeFlags: ["--headless=new", "--no-sandbox"] });
try {
  const looks = [];
  for (const url of urls) {
    for (const factor of Object.keys(FACTORS)) {
      for (let round = 0; round < Number(rounds); round += 1) looks.push(await look(url, factor, chrome.port));
    }
  }
  console.log(JSON.stringify(looks));
} finally {
  chrome.kill();
}
