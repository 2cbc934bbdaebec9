/** The lines on the page: each an element with its number, a link, and its text. */

import { appendText } from "./unseen.js";

/** Lines that are laid out together, or not at all while they are far away. */
export const CHUNK_LINES = 500;

const MOST_TRIES = 10;

export class Sheet {
  /** @param {HTMLPreElement} element */
  constructor(element) {
    this.element = element;
    this.marked = [];
    this.count = element.querySelectorAll("[id] > a").length;
    // What the address names is marked by `mark` from now on, which knows ranges.
    element.classList.add("lines--scripted");
    for (const link of element.querySelectorAll("[id] > a")) {
      link.tabIndex = -1;
    }
    this.reachable = null;
    this.makeReachable(1);
  }

  /** @returns {HTMLElement | null} */
  line(number) {
    return document.getElementById(`L${number}`);
  }

  /** The number that an element is, or is in; 0 for none. */
  numberAt(element) {
    return Number(element.closest(".lines a")?.parentElement.id.slice(1) ?? 0);
  }

  /** One number is reached by Tab, the others from there by the arrow keys: a text has thousands. */
  makeReachable(number) {
    const link = this.line(number)?.firstElementChild;
    if (link) {
      this.reachable?.setAttribute("tabindex", "-1");
      link.tabIndex = 0;
      this.reachable = link;
    }
  }

  /** Go to a number; false where there is none. */
  focus(number) {
    this.makeReachable(number);
    const link = this.line(number)?.firstElementChild;
    link?.focus();
    return Boolean(link);
  }

  /** @param {import("./ranges.js").Range | null} range */
  mark(range) {
    for (const line of this.marked) {
      line.classList.remove("is-chosen");
    }
    this.marked = range ? this.linesOf(range) : [];
    for (const line of this.marked) {
      line.classList.add("is-chosen");
    }
  }

  /** Bring a line into view. What is laid out on the way there is not as high as it was taken for: look again. */
  async scrollTo(number) {
    this.makeReachable(number);
    const line = this.line(number);
    for (let tries = 0; line && tries < MOST_TRIES; tries++) {
      line.scrollIntoView({ block: "center" });
      await frame();
      const { top, bottom } = line.getBoundingClientRect();
      if (top >= 0 && bottom <= innerHeight) {
        return;
      }
    }
  }

  /** The text of some lines, or of all. */
  text(range) {
    return this.linesOf(range ?? { first: 1, last: this.count })
      .map((line) => line.textContent.slice(line.firstElementChild.textContent.length))
      .join("")
      .replace(/\n$/, "");
  }

  linesOf({ first, last }) {
    const found = [];
    for (let number = first; number <= Math.min(last, this.count); number++) {
      found.push(this.line(number));
    }
    return found;
  }

  /**
   * Put further lines at the end, as the server would have, but without colours.
   *
   * @param {string[]} texts
   * @returns {boolean} whether characters among them are shown by their numbers
   */
  append(texts) {
    const chunk = document.createElement("span");
    chunk.className = "chunk";
    let hasMarks = false;
    for (const text of texts) {
      this.count++;
      hasMarks = this.fill(chunk.appendChild(blank()), this.count, text) || hasMarks;
    }
    this.element.append(chunk);
    return hasMarks;
  }

  fill(line, number, text) {
    line.id = `L${number}`;
    line.firstChild.href = `#L${number}`;
    line.firstChild.textContent = number;
    return appendText(line, `${text}\n`);
  }

  /** Write a line anew that was sent only in part. */
  replace(number, text) {
    const line = this.line(number);
    line.replaceChildren(line.firstElementChild);
    return appendText(line, `${text}\n`);
  }
}

const template = document.createElement("span");
template.append(document.createElement("a"));
template.firstChild.tabIndex = -1;

/** Once the page has been laid out again. */
function frame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function blank() {
  return template.cloneNode(true);
}
