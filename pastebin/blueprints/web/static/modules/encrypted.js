/** The page of an encrypted file: opens it with the key behind `#`, which browsers do not send. */

import { Errand } from "./errand.js";
import { tidy } from "./names.js";
import { mayShow, show } from "./preview.js";
import * as server from "./server.js";
import { Progress, date, size } from "./words.js";

const page = document.getElementById("encrypted");
const id = page.dataset.uuid;

// Every part of an age file is proved, but not which of one sender's files it is: that is what the written size is for.
const NOTHING_WRITTEN =
  "No name and no size came with it. If it was uploaded on this site's page they were lost, and it may not be what was sent.";

/** What is known once it was opened, and what came of it. */
let secret = "";
let errand = null;
let opened = null;
let blob = null;
let url = "";

part("plain-http").hidden = isSecureContext;
part("open").addEventListener("submit", (event) => {
  event.preventDefault();
  open(keyIn(part("secret").value), () => part("download").focus());
});
part("download").addEventListener("click", () => fetchFor(save));
part("show").addEventListener("click", toggle);
part("cancel").addEventListener("click", cancel);
part("again").addEventListener("click", () => {
  part("again").hidden = true;
  part("state").textContent = "Trying again";
  errand.tell({ do: "again" });
});
part("delete").addEventListener("submit", remove);
document.querySelector(".skip-link").addEventListener("click", skip);
addEventListener("hashchange", begin);
begin();

function part(name) {
  return page.querySelector(`[data-part="${name}"]`);
}

/** Show what belongs to a state, and say something about it. */
function enter(state, message = "", isBad = false) {
  for (const element of page.querySelectorAll("[data-when]")) {
    element.hidden = !element.dataset.when.split(" ").includes(state);
  }
  const notice = part("message");
  notice.hidden = message === "";
  notice.className = isBad ? "notice notice--bad" : "notice";
  notice.querySelector("p").textContent = message;
  part("again").hidden = true;
  part("show").hidden ||= !opened?.isShown;
  label();
  part("attempts").hidden ||= part("attempts").textContent === "";
}

/** A whole link may be pasted as well. */
function keyIn(given) {
  return /#\s*(AGE-SECRET-KEY-.*)$/is.exec(given)?.[1] ?? given;
}

function begin() {
  forget();
  const given = location.hash.slice(1);
  if (given === "") {
    enter("locked");
  } else {
    open(given);
  }
}

/** By hand: a link within the page would put its own name where the key is in the address. */
function skip(event) {
  event.preventDefault();
  const main = document.getElementById("main");
  main.tabIndex = -1;
  main.focus();
}

function open(given, andThen = () => {}) {
  forget();
  if (given === "") {
    enter("locked", "Enter the key or the passphrase.", true);
    return;
  }
  secret = given;
  enter("opening");
  part("state").textContent = "Opening it. With a passphrase this takes a few seconds.";
  send({ do: "open" }, {
    opened: (told) => {
      ready(told);
      andThen();
    },
  });
}

function ready({ metadata, info }) {
  const name = tidy(metadata.filename, `${id}.bin`);
  const isShown = info.limit === null && mayShow(metadata.filesize ?? info.totalsize);
  opened = { name, filesize: metadata.filesize, isLimited: info.limit !== null, left: Infinity, isShown };
  part("name").textContent = name;
  part("size").textContent = size(metadata.filesize ?? info.totalsize);
  part("expires").textContent = date(info.expire);
  part("secret").value = "";
  part("attempts").textContent = attempts(opened.isLimited, metadata.isSaid);
  enter("ready", opened.filesize === null ? NOTHING_WRITTEN : "");
  note(info);
}

function attempts(isLimited, isSaid) {
  if (!isLimited) {
    return "";
  }
  const said = "Each attempt counts as a download, also one that is cancelled or breaks off.";
  return isSaid ? said : `${said} Only then it is seen whether the key is the right one.`;
}

/** How often it may still be downloaded. What was downloaded already is here, whatever has become of it there. */
function note(info) {
  if (!opened?.isLimited) {
    return;
  }
  opened.left = info.limit - info.downloads;
  part("left").textContent = opened.left > 0 ? left(opened.left) : "none left";
  part("delete").closest("details").hidden ||= opened.left <= 0;
  if (opened.left <= 0 && blob === null) {
    enter("gone", "It was downloaded as often as it may be. Ask whoever sent it to upload it again.", true);
  }
}

async function lookAgain() {
  if (!opened?.isLimited) {
    return;
  }
  try {
    note(await server.info(id));
  } catch (fault) {
    if (fault.kind === "gone") {
      note({ limit: 0, downloads: 0 });
    }
  }
}

function cancel() {
  forgetErrand();
  const isLimited = Boolean(opened?.isLimited);
  enter(opened ? "ready" : "locked", `Cancelled. Nothing of it was saved${isLimited ? ", and it counts as a download" : ""}.`);
  part(opened ? "download" : "secret").focus();
  lookAgain();
}

/** Fetch the whole, if it is not here yet, and do something with it. */
function fetchFor(act) {
  if (blob) {
    act();
    return;
  }
  const speed = new Progress();
  enter("working");
  part("progress").removeAttribute("value");
  part("state").textContent = "Beginning";
  send({ do: "fetch", filesize: opened.filesize }, {
    progress: ({ received, total }) => {
      part("progress").value = received / total;
      part("state").textContent = speed.describe(received, total);
    },
    received: (told) => {
      keep(told.blob);
      act();
    },
  });
  part("cancel").focus();
}

function keep(whole) {
  blob = whole;
  url = URL.createObjectURL(blob);
  const link = part("save");
  link.href = url;
  link.download = opened.name;
  opened.isShown = mayShow(blob.size);
}

function save() {
  const isWhole = opened.filesize !== null;
  enter("done", isWhole ? "Decrypted, and whole: not a byte of it was changed." : `Decrypted. ${NOTHING_WRITTEN}`);
  part("save").click();
  part("save").focus();
  lookAgain();
}

function toggle() {
  if (part("preview").hidden) {
    fetchFor(preview);
  } else {
    part("preview").hidden = true;
    label();
  }
}

/** The one button shows and hides. */
function label() {
  const isShown = !part("preview").hidden;
  part("show").textContent = isShown ? "Hide" : "Show";
  part("show").setAttribute("aria-expanded", String(isShown));
}

async function preview() {
  await show(blob, part("preview"));
  part("preview").hidden = false;
  enter("done");
  part("preview").focus();
}

/** Start a worker; what goes wrong is told alike for all. */
function send(order, handlers) {
  forgetErrand();
  errand = new Errand("receiving.js", { ...order, id, secret }, {
    trouble: ({ message }) => (part("state").textContent = `${message} Trying again.`),
    stuck: ({ message }) => {
      part("state").textContent = message;
      part("again").hidden = false;
      part("again").focus();
    },
    failed,
    ...handlers,
  });
}

function failed({ message, kind }) {
  forgetErrand();
  enter(kind === "gone" ? "gone" : kind === "key" || !opened ? "locked" : "ready", message, true);
  part("message").focus();
  if (kind !== "gone") {
    lookAgain();
  }
}

async function remove(event) {
  event.preventDefault();
  const problem = part("delete-problem");
  problem.textContent = "";
  try {
    await server.remove(id, part("deletepassword").value.trim());
  } catch (fault) {
    problem.textContent = fault.message;
    return;
  }
  forget();
  part("deletepassword").value = "";
  enter("gone", "Deleted. Its link leads nowhere from now on.");
  part("message").focus();
}

function left(count) {
  return count === 1 ? "1 download left" : `${count} downloads left`;
}

function forgetErrand() {
  errand?.end();
  errand = null;
}

/** Let go of everything that another key led to. */
function forget() {
  forgetErrand();
  URL.revokeObjectURL(url);
  [secret, opened, blob, url] = ["", null, null, ""];
  part("save").removeAttribute("href");
  part("preview").replaceChildren();
  part("preview").hidden = true;
  part("name").textContent = "Encrypted file";
}
