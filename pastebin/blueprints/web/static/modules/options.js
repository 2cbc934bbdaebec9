/** The options' disclosure: closed with a summary, remembered, and put back by a button. */

import { Preferences } from "./preferences.js";

const READERS = { 0: "for everyone", 1: "with a secret key", owner: "for me alone" };

export class Options {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} onChange called whenever one of them may have changed
   */
  constructor(form, onChange) {
    this.form = form;
    this.disclosure = document.getElementById("options");
    this.summary = document.getElementById("options-summary");
    this.button = document.getElementById("options-reset");
    this.onChange = onChange;
    this.preferences = new Preferences(form, () => this.#changed());
    this.button.addEventListener("click", () => this.#reset());
    // While one types: a summary that grew when a field is left would move the button that is just being pressed.
    form.addEventListener("input", () => this.#changed());
    // A browser shows what is wrong with a field, and sends nothing: so the field must be seen.
    form.addEventListener("invalid", () => (this.disclosure.open = true), true);
  }

  /** As they were last; open only where something in it is set. */
  load() {
    this.preferences.load();
    this.disclosure.open = this.preferences.differ(["expire", "limit", "private"]);
  }

  save() {
    this.preferences.save();
  }

  #reset() {
    this.preferences.reset();
    this.disclosure.querySelector("summary").focus();
  }

  #changed() {
    this.onChange();
    this.button.hidden = !this.preferences.differ();
    this.summary.textContent = this.#words().join(", ");
  }

  #words() {
    const { expire, limit, private: readers, encrypt } = this.form.elements;
    const downloads = limit.value === "1" ? ["1 download"] : limit.value ? [`${limit.value} downloads`] : [];
    const kept = expire.selectedOptions[0].text;
    return [kept, ...downloads, ...(encrypt?.checked ? [] : [READERS[readers.value]])];
  }
}
