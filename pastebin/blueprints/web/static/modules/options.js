/** The options' disclosure: closed with a summary, remembered, and put back by a button. */

import { Preferences } from "./preferences.js";

const READERS = { 0: "anyone with the link", 1: "anyone with the secret link", owner: "only me" };

export class Options {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} onChange called whenever one of them may have changed
   * @param {() => string} language the text's, in words, where it matters
   */
  constructor(form, onChange, language) {
    this.form = form;
    this.language = language;
    this.disclosure = document.getElementById("options");
    this.summary = document.getElementById("options-summary");
    this.button = document.getElementById("options-reset");
    this.onChange = onChange;
    this.preferences = new Preferences(form, () => this.show());
    this.button.addEventListener("click", () => this.#reset());
    // While one types: a summary that grew when a field is left would move the button that is just being pressed.
    form.addEventListener("input", () => this.show());
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

  /** As things stand. */
  show() {
    this.onChange();
    const isOther = this.preferences.differ();
    this.button.hidden = !isOther;
    this.summary.textContent = `${isOther && this.preferences.areRemembered ? "As last time: " : ""}${this.#words().join(", ")}`;
  }

  #words() {
    const { expire, limit, private: readers, encrypt } = this.form.elements;
    const downloads = limit.value === "1" ? ["1 download"] : limit.value ? [`${limit.value} downloads`] : [];
    const kept = expire.selectedOptions[0].text;
    const language = this.language();
    return [kept, ...downloads, ...(encrypt?.checked ? [] : [READERS[readers.value]]), ...(language ? [language] : [])];
  }
}
