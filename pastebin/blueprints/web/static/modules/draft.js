/** The text of the upload form, its name and its language: they make place once files are chosen. */

import { say } from "./saying.js";

export class Draft {
  /** @param {HTMLFormElement} form @param {() => void} onChange called when one may send it, or see other fields */
  constructor(form, onChange) {
    const { text, filename, language } = form.elements;
    Object.assign(this, { form, onChange, text, filename, language });
    this.isWanted = false;
    this.adding = document.getElementById("add-text");
    this.adding.addEventListener("click", () => this.#add());
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }

  /** The name as it was typed. */
  get given() {
    return this.filename.value.trim();
  }

  /** The name it goes under: as the server would have it (docs/api.md, `language`). */
  get name() {
    const given = this.given.replace(/[. ]+$/, "");
    const hasEnding = /[^./\\]\.[a-z0-9]{1,16}$/i.test(given);
    return hasEnding || (given && !this.language.value) ? given : `${given || "paste"}.${this.language.value || "txt"}`;
  }

  /** The language, in words, where it is chosen and may be used. */
  get spoken() {
    const isSeen = !this.language.closest("[hidden]");
    return isSeen && this.language.value ? this.language.selectedOptions[0].text : "";
  }

  /** Show what is of use beside so many files. @param {number} files */
  show(files) {
    this.isWanted &&= files > 0;
    const isSeen = files === 0 || this.isWanted || this.text.value !== "";
    for (const id of ["text-field", "language-field", "filename-hint"]) {
      document.getElementById(id).hidden = !isSeen;
    }
    document.getElementById("name-fields").hidden = !isSeen && files > 1;
    this.adding.hidden = isSeen;
  }

  insert(pasted) {
    const { text } = this;
    text.value += text.value && !text.value.endsWith("\n") ? `\n${pasted}` : pasted;
    this.onChange();
    text.focus();
    say("Pasted into the text");
  }

  #add() {
    this.isWanted = true;
    this.onChange();
    this.text.focus();
  }
}
