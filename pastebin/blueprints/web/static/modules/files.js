/** The list of files: searched while one types, chosen from, deleted from and renamed in where it stands (files.html). */

import { copy } from "./copying.js";
import { Deletion } from "./deletion.js";
import { Listing } from "./listing.js";
import { Renaming } from "./renaming.js";
import { say } from "./saying.js";
import { Selection } from "./selection.js";

const SHOWN_MS = 3000;

const search = document.getElementById("files-search");
const deletion = document.getElementById("files-delete");

if (search) {
  const listing = new Listing(search);
  new Deletion(deletion, listing, new Selection(listing));
  new Renaming(listing, () => deletion.elements.csrf_token.value);
  listing.part.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do=copy]");
    if (button) {
      copyLink(button, listing.rowOf(button));
    }
  });
  document.documentElement.classList.add("is-scripted");
}

/** Copy the address that a file's name leads to. */
async function copyLink(button, row) {
  const field = document.createElement("input");
  field.className = "visually-hidden";
  field.readOnly = true;
  field.value = row.querySelector(".file-name").href;
  button.after(field);
  const isCopied = await copy(field);
  field.remove();
  button.focus();
  say(isCopied ? copied(row) : "The link could not be copied. Open the file, and copy its address.");
  if (isCopied) {
    mark(button);
  }
}

function copied(row) {
  return "own" in row.dataset ? "Copied. Only you can open this link." : "Copied";
}

function mark(button) {
  const before = button.title;
  button.classList.add("is-done");
  button.title = "Copied";
  setTimeout(() => {
    button.classList.remove("is-done");
    button.title = before;
  }, SHOWN_MS);
}
