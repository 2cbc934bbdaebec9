/** The files that were chosen, dropped or pasted, listed before anything is sent. */

import { tidy } from "./names.js";
import { say } from "./saying.js";
import { size } from "./words.js";

export class Chosen {
  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template of one line
   * @param {import("./room.js").Room} room
   * @param {() => void} onChange called when there are more or less of them
   */
  constructor(list, template, room, onChange) {
    this.list = list;
    this.template = template;
    this.room = room;
    this.onChange = onChange;
    /** @type {File[]} */
    this.files = [];
  }

  /** Those that may be sent. */
  get sendable() {
    const lacking = this.room.lacking(this.files);
    return this.files.filter((file) => !lacking.has(file));
  }

  /** Those that may not, each with why. @returns {[File, (string | Node)[]][]} */
  get leftOut() {
    return [...this.room.lacking(this.files)].map(([file, problem]) => [file, this.room.explain(file, problem)]);
  }

  /** Add files, but for those that are there already. @param {File[]} files */
  add(files) {
    const added = files.filter((file) => !this.files.some((other) => isSame(file, other)));
    this.files.push(...added);
    this.onChange();
    if (added.length > 0) {
      say(`${count(added.length)} added, ${count(this.files.length)} in all`);
    }
  }

  /** @param {File} file */
  putBack(file) {
    this.files.push(file);
    this.onChange();
  }

  /** @param {File} file */
  remove(file) {
    this.files = this.files.filter((other) => other !== file);
    this.onChange();
  }

  show() {
    const lacking = this.room.lacking(this.files);
    this.list.replaceChildren(...this.files.map((file) => this.#line(file, lacking.get(file))));
    this.list.hidden = this.files.length === 0;
  }

  #line(file, problem) {
    const line = /** @type {HTMLElement} */ (this.template.content.firstElementChild.cloneNode(true));
    const name = tidy(file.name, "file");
    const [button, words] = [line.querySelector("button"), line.querySelector("[data-part=size]")];
    line.querySelector("bdi").textContent = name;
    words.textContent = size(file.size);
    if (problem) {
      words.textContent += `: ${this.room.brief(problem)}`;
      line.classList.add("chosen__file--bad");
    }
    button.querySelector(".visually-hidden").textContent = `Remove ${name}`;
    button.addEventListener("click", () => this.#takeOut(file, name));
    return line;
  }

  /** The focus goes to the next one's button. */
  #takeOut(file, name) {
    const place = this.files.indexOf(file);
    this.remove(file);
    say(`${name} removed`);
    const buttons = this.list.querySelectorAll("button");
    (buttons[Math.min(place, buttons.length - 1)] ?? document.getElementById("file")).focus();
  }
}

/** @returns {string} `1 file`, `3 files` */
export function count(files) {
  return files === 1 ? "1 file" : `${files} files`;
}

function isSame(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}
