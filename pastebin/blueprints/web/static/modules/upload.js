/** The upload page: what is chosen, in which way it goes, and what becomes of it, without leaving the page. */

import { receive } from "./arrivals.js";
import { Chosen, count } from "./chosen.js";
import { Draft } from "./draft.js";
import { Lifetimes } from "./lifetimes.js";
import { Options } from "./options.js";
import { remembered } from "./remembered.js";
import { Room } from "./room.js";

const NOTHING = "There is nothing to upload yet: choose a file, or write a text.";
if (location.search === "?welcome") {
  history.replaceState(null, "", "/"); // said once
}

const NOT_LOADED = "This page could not load all of itself: the server cannot be reached. Try again in a moment.";
const NONE_FITS = "None of these files can be sent: each says why. Take them out, and choose something smaller.";

const TITLE = document.getElementById("page-title").textContent;
const form = document.getElementById("upload");
const { file: input, text, filename, limit } = form.elements;
const problem = document.getElementById("file-problem");
const token = form.elements.csrf_token?.value ?? "";

// Only now: were the box there before this runs, it could be ticked, and the form would be sent as it is.
const place = document.getElementById("encrypt-place");
place?.replaceWith(place.content);
const box = document.getElementById("encrypt");

const lifetimes = new Lifetimes(form.elements.expire);

/** What sends is loaded when there is something to send: most who look at the page send nothing. */
let loading = null;
let sendings = null;
const room = new Room(form, () => Boolean(box?.checked), () => sendings?.bytes ?? 0);
const draft = new Draft(form, () => options.show());
const chosen = new Chosen(document.getElementById("chosen"), document.getElementById("chosen-file"), room, () => options.show());
const options = new Options(form, turn, () => draft.spoken);

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
showRecent();
addEventListener("storage", showRecent); // another tab uploaded something
input.addEventListener("change", take);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
receive(document.getElementById("drop-cover"), {
  files: (files) => reopened(() => chosen.add(files)),
  text: (pasted) => reopened(() => draft.insert(pasted)),
  problem: (words) => reopened(() => complain(words)),
});

/** What was chosen goes into the list, so that choosing again adds to it. */
function take() {
  chosen.add([...input.files]);
  input.value = "";
  problem.hidden = true;
}

/** The list of earlier uploads, as soon as there are some. */
function showRecent() {
  if (remembered().length > 0) {
    import("./recent.js");
  }
}

/** @returns {Promise<typeof import("./ways.js")>} the ways to send, once all that sends is loaded */
function loaded() {
  loading ??= Promise.all([import("./sendings.js"), import("./ways.js")]).then(([{ Sendings }, ways]) => {
    const onMore = () => {
      open(true);
      input.focus();
    };
    sendings = new Sendings({ onTaken: takeOut, onLeft: putBack, onMore });
    return ways;
  });
  loading.catch(() => (loading = null));
  return loading;
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
  if (isOn) {
    lifetimes.bound(Number(form.dataset.longestEncrypted));
  } else {
    lifetimes.unbound();
  }
  chosen.show();
  draft.show(chosen.files.length);
  document.getElementById("drop").classList.toggle("drop--small", chosen.files.length > 0);
  form.querySelector("button[type=submit]").textContent = `${isOn ? "Encrypt and upload" : "Upload"}${what()}`;
  if (what()) {
    loaded().catch(() => {}); // said when the button is pressed, if it still fails then
  }
}

/** What the button sends. */
function what() {
  const parts = [...(chosen.sendable.length ? [count(chosen.sendable.length)] : []), ...(text.value ? ["the text"] : [])];
  return parts.length ? ` ${parts.join(" and ")}` : "";
}

/** @param {(string | Node)[]} words */
function complain(...words) {
  problem.replaceChildren(...words);
  problem.hidden = false;
}

/** Show the form, or what was made of it: of the two headings one is the page's. */
function open(isOpen) {
  const title = document.getElementById("page-title");
  form.hidden = !isOpen;
  title.classList.toggle("visually-hidden", !isOpen);
  title.textContent = isOpen ? TITLE : "Your uploads";
}

async function start() {
  const items = wanted();
  problem.hidden = items.length > 0;
  if (items.length === 0) {
    complain(...whyNot());
    input.focus();
    return;
  }
  options.save();
  open(false);
  const ways = await loaded().catch(() => null);
  if (ways === null) {
    open(true);
    complain(NOT_LOADED);
    return;
  }
  sendings.send(items, box?.checked ? ways.encrypted(rules()) : ways.plain(fields(), token), chosen.leftOut);
}

/** Why there is nothing to send. */
function whyNot() {
  const { leftOut } = chosen;
  return leftOut.length === 0 ? [NOTHING] : leftOut.length === 1 ? leftOut[0][1] : [NONE_FITS];
}

/** Files, and the text if there is one; the name that was given goes to the text, or to a single file. */
function wanted() {
  const { given } = draft;
  const files = chosen.sendable;
  const isSingle = files.length === 1 && !text.value;
  const items = files.map((file) => ({ file, filename: (isSingle && given) || file.name, given: isSingle ? given : "" }));
  if (text.value) {
    const { name } = draft;
    items.push({ file: new File([text.value], name, { type: "text/plain" }), filename: name, given, text: text.value });
  }
  return items;
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
  if (draft.given === item.given) {
    filename.value = "";
  }
  if (item.text === undefined) {
    chosen.remove(item.file);
  } else if (text.value === item.text) {
    text.value = "";
    options.show();
  }
}

/** What was not uploaded comes back into it, where nothing else has taken its place. */
function putBack(item) {
  filename.value ||= item.given;
  if (item.text === undefined) {
    chosen.putBack(item.file);
  } else {
    text.value ||= item.text;
    options.show();
  }
}

/** Add to the form, wherever one is. */
function reopened(act) {
  open(true);
  act();
}
