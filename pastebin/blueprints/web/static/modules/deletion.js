/** The bar that says what is chosen, and deletes it after a question. */

import { ask } from "./asking.js";

// As many as the server deletes at once.
const BATCH = 50;

export class Deletion {
  /**
   * @param {HTMLFormElement} form without this module it leads to a page with the question
   * @param {import("./listing.js").Listing} listing
   * @param {import("./selection.js").Selection} selection
   */
  constructor(form, listing, selection) {
    this.form = form;
    this.listing = listing;
    this.selection = selection;
    this.words = document.createElement("p");
    this.begin = form.querySelector("button");
    this.clear = button("Select none", "quiet", () => this.#cleared());
    this.confirm = button("", "danger", () => this.#delete());
    this.keep = button("Keep them", "quiet", () => this.#kept());
    this.isUnderWay = false;
    this.begin.textContent = "Delete …";
    form.hidden = false; // as it is where a search found nothing
    form.prepend(this.words);
    form.append(this.clear, this.confirm, this.keep);
    form.addEventListener("submit", (event) => this.#ask(event));
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.#kept());
    selection.watchers.push(() => this.#chosen());
    this.#chosen();
  }

  #chosen() {
    this.form.classList.toggle("is-open", this.isUnderWay || !this.selection.isEmpty);
    if (!this.isUnderWay) {
      this.#say(this.selection.described, this.begin, this.clear);
    }
  }

  #ask(event) {
    event.preventDefault();
    if (this.isUnderWay || this.selection.isEmpty) {
      return; // the Enter key on a box sends the form too
    }
    const it = this.selection.uuids.length === 1;
    this.confirm.textContent = `Delete ${this.selection.counted}`;
    this.keep.textContent = it ? "Keep it" : "Keep them";
    const links = it ? "Its links stop" : "Their links stop";
    const but = "Where somebody uploaded the same content too, its direct link goes on working.";
    const words = `Delete ${this.selection.counted}? ${links} working at once. This cannot be taken back. ${but}`;
    this.#say(words, this.confirm, this.keep);
    this.keep.focus();
  }

  #kept() {
    if (!this.keep.hidden) {
      this.#chosen();
      this.begin.focus();
    }
  }

  #cleared() {
    this.selection.drop();
    this.listing.part.focus();
  }

  async #delete() {
    // What is chosen meanwhile is for another time.
    const { uuids, counted } = this.selection;
    let gone = 0;
    this.isUnderWay = true;
    try {
      for (; gone < uuids.length; gone += BATCH) {
        this.#say(`Deleting … ${gone} of ${uuids.length}`);
        await this.#send(uuids.slice(gone, gone + BATCH));
      }
      await this.#told(uuids, "good", `${counted} deleted.`);
    } catch (fault) {
      const before = gone ? `${gone} of ${uuids.length} files are deleted. ` : "";
      await this.#told(uuids.slice(0, gone), "bad", before + fault.message);
    }
  }

  /** Those that are gone already (404) are no failure. */
  #send(uuids) {
    const body = new URLSearchParams([["csrf_token", this.form.elements.csrf_token.value], ["confirmed", "1"]]);
    uuids.forEach((uuid) => body.append("ids", uuid));
    return ask(this.form.action, { method: "POST", body }, [404]);
  }

  async #told(gone, mood, words) {
    this.isUnderWay = false;
    this.selection.drop(gone);
    if (gone.length) {
      await this.listing.again();
    }
    this.listing.tell(words, mood);
    this.listing.part.focus();
  }

  /** @param {string} words @param {HTMLButtonElement[]} buttons those that can be pressed now */
  #say(words, ...buttons) {
    this.words.textContent = words;
    for (const each of [this.begin, this.clear, this.confirm, this.keep]) {
      each.hidden = !buttons.includes(each);
    }
  }
}

function button(words, kind, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button--${kind}`;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
