/** A text by its lines: choosing some of them, copying, wrapping, and showing what the page was sent without. */

import { copiesText } from "./copying.js";
import { between, inWords, parse, written } from "./ranges.js";
import { Rest } from "./rest.js";
import { say } from "./saying.js";
import { Sheet } from "./sheet.js";
import { offerWrapping } from "./wrapping.js";

/** @param {HTMLPreElement} lines */
export function improve(lines) {
  const source = lines.closest("[data-part=source]");
  const sheet = new Sheet(lines);
  const rest = new Rest(sheet, source);
  const choice = new Choice(sheet, rest, source.querySelector("[data-part=copy]"));
  offerWrapping(lines, source.querySelector("[data-part=wrap]"));
  addEventListener("hashchange", () => choice.follow());
  choice.follow();
}

/** The lines that somebody chose: marked, in the address, and what the copy button copies. */
class Choice {
  /**
   * @param {Sheet} sheet
   * @param {Rest} rest
   * @param {HTMLButtonElement} button
   */
  constructor(sheet, rest, button) {
    this.sheet = sheet;
    this.rest = rest;
    this.button = button;
    this.range = null;
    /** The line that a range is drawn from. */
    this.anchor = null;
    sheet.element.addEventListener("click", (event) => this.clicked(event));
    sheet.element.addEventListener("keydown", (event) => this.pressed(event));
    copiesText(button, () => this.text());
  }

  /** Mark what the address says, and bring it into view. */
  async follow() {
    const range = parse(location.hash);
    if (range) {
      this.anchor = range.first;
      await this.rest.reach(range.last);
    }
    this.mark(range);
    if (range) {
      await this.sheet.scrollTo(range.first);
    }
  }

  clicked(event) {
    const number = this.sheet.numberAt(event.target);
    if (number && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.choose(number, event.shiftKey);
    }
  }

  pressed(event) {
    const number = this.sheet.numberAt(event.target);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!number || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "Escape") {
      this.drop();
    } else if (event.key === "Enter") {
      this.choose(number, event.shiftKey);
    } else if (!step || !this.sheet.focus(number + step)) {
      return;
    } else if (event.shiftKey) {
      this.anchor ??= number;
      this.choose(number + step, true);
    }
    event.preventDefault();
  }

  choose(number, extends_) {
    if (!extends_ || !this.anchor) {
      this.anchor = number;
    }
    this.mark(between(this.anchor, number));
    this.sheet.makeReachable(number);
    history.replaceState(history.state, "", written(this.range));
    say(`${inWords(this.range)} chosen`);
  }

  drop() {
    this.anchor = null;
    this.mark(null);
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  /** @param {import("./ranges.js").Range | null} range */
  mark(range) {
    this.range = range;
    this.sheet.mark(range);
    this.button.textContent = range ? `Copy ${inWords(range)}` : "Copy the text";
    this.button.hidden = !range && this.rest.isHuge;
  }

  /** What there is to copy: the chosen lines, else all of them, also those that are not shown yet. */
  async text() {
    return this.range || this.rest.isShown ? this.sheet.text(this.range) : (await this.rest.fetchLines()).join("\n");
  }
}
