/** The upload page: what is chosen, in which way it goes, and what becomes of it, without leaving the page. */

import { receive } from "./arrivals.js";
import { Chosen, count } from "./chosen.js";
import { copies } from "./copying.js";
import { Lifetimes } from "./lifetimes.js";
import { Options } from "./options.js";
import { Parcel } from "./parcel.js";
import { Queue } from "./queue.js";
import { say } from "./saying.js";
import { encrypted, plain } from "./ways.js";

const form = document.getElementById("upload");
const { file: input, text, filename, language, limit } = form.elements;
const problem = document.getElementById("file-problem");
const work = document.getElementById("sending");
const heading = document.getElementById("sending-title");
const more = document.getElementById("sending-more");
const keep = document.getElementById("sending-keep");
const copyAll = document.getElementById("copy-all");
const allLinks = document.getElementById("all-links");
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
const queues = { plain: new Queue(2), encrypted: new Queue(1) };
/** All parcels since the page was opened, and those of the last time something was sent. */
const all = [];
let batch = [];

for (const element of document.querySelectorAll("[data-when-form]")) {
  element.hidden = true;
}
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
more.addEventListener("click", () => {
  reopen();
  input.focus();
});
copies(copyAll, allLinks, () => batch.forEach((parcel) => (parcel.isUntaken = false)));
addEventListener("beforeunload", (event) => {
  // Leaving now would lose what is on its way, and links that are shown nowhere else.
  if (all.some((parcel) => parcel.isUnderWay || parcel.isUntaken)) {
    event.preventDefault();
  }
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
    const isTooLarge = chosen.files.length > 0;
    complain(isTooLarge ? "What you chose is too large for this server." : "There is nothing to upload yet: choose a file, or write a text.");
    input.focus();
    return;
  }
  options.save();
  const way = box?.checked ? encrypted(rules()) : plain(fields(), token);
  const queue = box?.checked ? queues.encrypted : queues.plain;
  send(items.map((item) => parcelOf(item, way, queue)));
}

/** Files, and the text if there is one; the name that was given goes to the text, or to a single file. */
function wanted() {
  const given = filename.value.trim();
  const files = chosen.sendable;
  const items = files.map((file) => ({ file, filename: (files.length === 1 && !text.value && given) || file.name }));
  if (text.value) {
    const name = called(given);
    items.push({ file: new File([text.value], name, { type: "text/plain" }), filename: name, text: text.value });
  }
  return items;
}

/** A text's name: as the server would have it (docs/api.md, `language`). */
function called(given) {
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

function parcelOf(item, way, queue) {
  for (const stale of all.filter((parcel) => !parcel.isUnderWay && !parcel.isThere && isSame(parcel.item, item))) {
    stale.element.remove();
    all.splice(all.indexOf(stale), 1);
  }
  const parcel = new Parcel(document.getElementById("parcel"), item, way);
  parcel.onAgain = () => follow(parcel, queue);
  parcel.onDeleted = conclude;
  parcel.begin = () => follow(parcel, queue);
  return parcel;
}

function isSame(one, other) {
  return one.file === other.file || (other.text !== undefined && one.text === other.text);
}

function send(parcels) {
  form.hidden = true;
  work.hidden = false;
  document.getElementById("parcels").prepend(...parcels.map((parcel) => parcel.element));
  all.push(...parcels);
  batch = parcels;
  const verb = box?.checked ? "Encrypting and uploading" : "Uploading";
  announce(parcels.length === 1 && box?.checked ? verb : `${verb} ${count(parcels.length)}`);
  heading.focus();
  for (const parcel of parcels) {
    parcel.isSingle = parcels.length === 1;
    parcel.begin();
  }
}

/** Send it when its turn comes; what is there leaves the form. */
async function follow(parcel, queue) {
  more.hidden = true;
  await queue.run(() => parcel.send());
  if (parcel.isThere) {
    empty(parcel);
  }
  conclude();
}

function empty({ item, isSingle, element }) {
  element.querySelector("[data-part=more]").open = isSingle;
  if (item.text === undefined) {
    chosen.remove(item.file);
  } else if (text.value === item.text) {
    text.value = "";
  }
  if (isSingle || item.text !== undefined) {
    filename.value = "";
  }
}

/** Once nothing is on its way any more. */
function conclude() {
  if (all.some((parcel) => parcel.isUnderWay)) {
    return;
  }
  const links = batch.map((parcel) => parcel.link).filter(Boolean);
  allLinks.textContent = links.join("\n");
  copyAll.hidden = links.length < 2;
  more.hidden = false;
  keep.hidden = !all.some((parcel) => parcel.isUntaken);
  announce(verdict(batch.filter((parcel) => parcel.isThere).length, batch.length));
  say(heading.textContent);
  if (document.activeElement === document.body) {
    heading.focus();
  }
}

function verdict(there, of) {
  const done = box?.checked ? "encrypted and uploaded" : "uploaded";
  if (there === of) {
    return of === 1 ? `${done[0].toUpperCase()}${done.slice(1)}` : `${of} files ${done}`;
  }
  return of === 1 ? "Not uploaded" : `${there} of ${of} files ${done}`;
}

function announce(words) {
  heading.textContent = words;
}

/** What was not uploaded is still in the form. */
function reopen() {
  form.hidden = false;
  more.hidden = true;
}

function reopened(act) {
  reopen();
  act();
}
