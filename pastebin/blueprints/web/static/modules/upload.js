/** The upload form's switch "Encrypt in this browser", and what happens where it is on. */

import { Lifetimes } from "./lifetimes.js";
import { Parcel } from "./parcel.js";

const form = document.getElementById("upload");
const work = document.getElementById("encrypted");
const lifetimes = new Lifetimes(form.elements.expire);
const button = form.querySelector("button[type=submit]");
const plainLabel = button.textContent;
const problem = document.getElementById("file-problem");

/** Whether some are on their way, and all that were sent since the page was opened. */
let isUnderWay = false;
const all = [];

// Only now: were the box there before this runs, it could be ticked, and the form would be sent as it is.
const place = document.getElementById("encrypt-place");
place.replaceWith(place.content);
const box = document.getElementById("encrypt");

box.addEventListener("change", () => turn(box.checked));
form.addEventListener("submit", (event) => {
  if (box.checked) {
    event.preventDefault();
    start();
  }
});
document.getElementById("encrypted-more").addEventListener("click", again);

function turn(isOn) {
  for (const element of document.querySelectorAll("[data-when-plain]")) {
    element.hidden = isOn;
  }
  for (const element of document.querySelectorAll("[data-when-encrypted]")) {
    element.hidden = !isOn || (element.dataset.whenEncrypted === "http" && isSecureContext);
  }
  button.textContent = isOn ? "Encrypt and upload" : plainLabel;
  if (isOn) {
    lifetimes.bound(Number(form.dataset.longestEncrypted));
  } else {
    lifetimes.unbound();
  }
}

async function start() {
  const parcels = chosen();
  problem.hidden = parcels.length > 0;
  if (parcels.length === 0) {
    problem.textContent = "There is nothing to encrypt yet: choose a file, or write a text.";
    form.elements.file.focus();
    return;
  }
  const rules = { keptSeconds: lifetimes.chosen(), limit: Number(form.elements.limit.value) || null };
  form.hidden = true;
  work.hidden = false;
  document.getElementById("encrypted-more").hidden = true;
  document.getElementById("encrypted-list").prepend(...parcels.map((parcel) => parcel.element));
  announce(parcels.length === 1 ? "Encrypting and uploading" : `Encrypting and uploading ${parcels.length} files`);
  all.push(...parcels);
  isUnderWay = true;
  addEventListener("beforeunload", keep);
  const there = await sendAll(parcels, rules);
  isUnderWay = false;
  if (there === parcels.length) {
    empty();
  }
  document.getElementById("encrypted-more").hidden = false;
  document.getElementById("encrypted-keep").hidden = there === 0;
  announce(verdict(there, parcels.length));
}

async function sendAll(parcels, rules) {
  let there = 0;
  for (const parcel of parcels) {
    there += Number(await parcel.send(rules));
  }
  return there;
}

/** Files, or else the text; the name that was given goes to a single one. */
function chosen() {
  const { file, text, filename } = form.elements;
  const template = document.getElementById("encrypted-parcel");
  const files = [...file.files];
  if (files.length === 0 && text.value !== "") {
    files.push(new File([text.value], "paste.txt", { type: "text/plain" }));
  }
  const given = files.length === 1 ? filename.value.trim() : "";
  return files.map((each) => new Parcel(template, each, given || each.name));
}

/** The heading has the focus: a screen reader reads what it has become. */
function announce(words) {
  const heading = document.getElementById("encrypted-title");
  heading.textContent = words;
  heading.focus();
}

function verdict(there, of) {
  if (there === of) {
    return of === 1 ? "Encrypted and uploaded" : `${of} files encrypted and uploaded`;
  }
  return of === 1 ? "Not uploaded" : `${there} of ${of} files encrypted and uploaded`;
}

/** The switch stays as it is: who encrypted one file must not send the next one open by not looking. */
function empty() {
  const isOn = box.checked;
  form.reset();
  box.checked = isOn;
  turn(isOn);
}

/** What was not uploaded is still in the form. */
function again() {
  form.hidden = false;
  document.getElementById("encrypted-more").hidden = true;
  form.elements.file.focus();
}

/** Leaving now would lose keys: those of files on their way, and those that nobody copied yet. */
function keep(event) {
  if (isUnderWay || all.some((parcel) => parcel.isUntaken)) {
    event.preventDefault();
  }
}
