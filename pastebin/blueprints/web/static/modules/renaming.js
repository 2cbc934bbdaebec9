/** A file's name, changed where it stands. */

import { ask } from "./asking.js";
import { say } from "./saying.js";

export class Renaming {
  /**
   * @param {import("./listing.js").Listing} listing
   * @param {() => string} token what shows that a change is meant
   */
  constructor(listing, token) {
    this.listing = listing;
    this.token = token;
    listing.part.addEventListener("click", (event) => {
      if (event.target.closest("[data-do=rename]")) {
        this.#open(listing.rowOf(event.target));
      }
    });
    listing.part.addEventListener("keydown", (event) => {
      const row = event.key === "F2" && listing.rowOf(event.target);
      if (row && row.querySelector("[data-do=rename]")) {
        event.preventDefault();
        this.#open(row);
      }
    });
  }

  #open(row) {
    this.close?.();
    const link = row.querySelector(".file-name");
    const form = this.#form(row);
    link.hidden = true;
    link.after(form);
    this.close = () => {
      form.remove();
      link.hidden = false;
      this.close = null;
    };
    const field = form.elements.name;
    field.focus();
    // What is mostly changed is what stands before the extension.
    field.setSelectionRange(0, link.querySelector(".file-name__stem").textContent.length);
  }

  #form(row) {
    const form = document.createElement("form");
    form.className = "renaming";
    form.innerHTML = FORM;
    const field = form.elements.name;
    field.value = row.dataset.name;
    field.setAttribute("aria-label", `New name of ${row.dataset.name}`);
    form.addEventListener("submit", (event) => this.#save(event, row, form));
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave(row));
    form.elements.cancel.addEventListener("click", () => this.#leave(row));
    return form;
  }

  #leave(row) {
    this.close?.();
    row.querySelector("[data-do=rename]").focus();
  }

  async #save(event, row, form) {
    event.preventDefault();
    const field = form.elements.name;
    const name = field.value.trim();
    if (name === row.dataset.name) {
      this.#leave(row);
      return;
    }
    form.elements.save.disabled = true;
    try {
      const file = await this.#send(row, name);
      await this.#saved(row.dataset.file, file.name || file.filename);
    } catch (fault) {
      refuse(form, fault.message);
    }
  }

  /** A name that is shown in place of the file's own goes away when it is emptied. */
  async #send(row, name) {
    const answer = await ask(`/api/users/me/files/${row.dataset.file}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.token() },
      body: JSON.stringify({ [row.dataset.names]: row.dataset.names === "name" ? name || null : name }),
    });
    return answer.json();
  }

  async #saved(uuid, name) {
    this.close?.();
    await this.listing.again();
    // It may stand on another page of the list now, or no longer fit the search.
    (this.listing.row(uuid)?.querySelector("[data-do=rename]") ?? this.listing.part).focus();
    say(`Renamed to ${name}`);
  }
}

const FORM = `<input type="text" name="name" maxlength="255" autocomplete="off" autocapitalize="off" spellcheck="false" dir="auto">
  <span class="renaming__buttons"><button class="button button--small" type="submit" name="save">Save</button>
  <button class="button button--quiet button--small" type="button" name="cancel">Cancel</button></span>
  <p class="field-error" id="renaming-error" role="alert" hidden></p>`;

function refuse(form, words) {
  const error = form.querySelector("#renaming-error");
  error.textContent = words;
  error.hidden = false;
  form.elements.save.disabled = false;
  const field = form.elements.name;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", error.id);
  field.focus();
}
