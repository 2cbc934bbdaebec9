/** What a long text has beyond the lines that the page was sent with: fetched and shown when it is asked for. */

import { say } from "./saying.js";
import { CHUNK_LINES } from "./sheet.js";

/** More lines than that are slow in every browser. */
const MOST_LINES = 500_000;

/** Milliseconds of work between two breaths. */
const SPELL_MS = 30;

export class Rest {
  /**
   * @param {import("./sheet.js").Sheet} sheet
   * @param {HTMLElement} source the section that the text is in
   */
  constructor(sheet, source) {
    this.sheet = sheet;
    this.source = source;
    this.data = sheet.element.dataset;
    this.isShown = "whole" in this.data;
    /** Too large to be fetched and laid out at all. */
    this.isHuge = "huge" in this.data;
    this.showing = null;
    this.fetched = null;
    if (!this.isShown && !this.isHuge) {
      this.offer();
    }
  }

  /** A button, at the beginning; and reading on to the end asks for it too. */
  offer() {
    const button = this.part("all");
    button.hidden = false;
    button.addEventListener("click", () => this.show());
    const watch = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) {
        watch.disconnect();
        this.show();
      }
    });
    watch.observe(this.sheet.element.lastElementChild);
  }

  /** Have a line on the page, if there is such a line. */
  async reach(number) {
    if (number > this.sheet.count && !this.isShown && !this.isHuge) {
      await this.show(number);
    }
  }

  /**
   * Show all; once, however often it is asked for.
   *
   * @param {number} [wanted] the promise holds once this line is there, else when all are
   */
  show(wanted = Infinity) {
    this.showing ??= { progress: new Progress() };
    this.showing.all ??= this.showAll(this.showing.progress);
    return Promise.race([this.showing.all, this.showing.progress.until(wanted)]);
  }

  async showAll(progress) {
    this.part("all").disabled = true;
    say("Fetching all of it");
    try {
      const lines = await this.fetchLines();
      await this.append(lines.slice(0, MOST_LINES), progress);
      this.finish(lines.length);
    } catch (fault) {
      this.fail(fault);
    }
  }

  /** All lines, also those that are shown. @returns {Promise<string[]>} */
  fetchLines() {
    this.fetched ??= fetchText(this.data.raw, this.data.charset).then(split);
    return this.fetched;
  }

  async append(lines, progress) {
    const { sheet } = this;
    sheet.element.classList.add(`digits-${String(lines.length).length}`);
    // The last line that was sent may have been cut off.
    let hasMarks = sheet.replace(sheet.count, lines[sheet.count - 1]);
    let since = performance.now();
    while (sheet.count < lines.length) {
      hasMarks = sheet.append(lines.slice(sheet.count, sheet.count + CHUNK_LINES)) || hasMarks;
      progress.reached(sheet.count);
      if (performance.now() - since > SPELL_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        since = performance.now();
      }
    }
    if (hasMarks) {
      this.part("marks").hidden = false;
    }
  }

  finish(count) {
    const isAll = this.sheet.count === count;
    this.isShown = isAll;
    const words = `${this.sheet.count.toLocaleString("en")} lines${isAll ? "" : " of more"}`;
    this.part("count").textContent = words;
    this.part("all").hidden = true;
    this.part("rest").hidden = isAll;
    say(isAll ? `All ${words} are shown` : `${words} are shown`);
  }

  fail(fault) {
    console.info(fault);
    this.showing = null;
    this.fetched = null;
    const button = this.part("all");
    button.disabled = false;
    button.textContent = "Show all of it here: try again";
    say("It could not be fetched. Try again.");
  }

  part(name) {
    return this.source.querySelector(`[data-part=${name}]`);
  }
}

/** How far the lines are, for those who wait for one of them. */
class Progress {
  constructor() {
    this.waiting = [];
  }

  until(line) {
    return new Promise((resolve) => this.waiting.push([line, resolve]));
  }

  reached(line) {
    for (const [wanted, resolve] of this.waiting) {
      if (wanted <= line) {
        resolve();
      }
    }
  }
}

/** A text, by its address and what the server read it as. */
async function fetchText(address, charset) {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Error(`${answer.status}`);
  }
  const bytes = await answer.arrayBuffer();
  return new TextDecoder(label(charset, new Uint8Array(bytes))).decode(bytes);
}

/** What browsers call a charset. */
function label(charset, bytes) {
  if (charset === "utf-16") {
    return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-16le";
  }
  return charset === "cp1252" ? "windows-1252" : charset;
}

/** Its lines; an end of a line at the very end begins no further one. */
function split(text) {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") {
    lines.pop();
  }
  return lines;
}
