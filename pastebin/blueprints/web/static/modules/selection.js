/** Which files are chosen: on this page of the list and on those that were looked at before. */

import { say } from "./saying.js";
import { size } from "./words.js";

export class Selection {
  /** @param {import("./listing.js").Listing} listing */
  constructor(listing) {
    this.listing = listing;
    /** @type {Map<string, number>} the bytes of each that is chosen, by UUID */
    this.sizes = new Map();
    /** @type {(() => void)[]} called when others are chosen */
    this.watchers = [];
    this.last = null;
    listing.part.addEventListener("click", (event) => this.#clicked(event));
    listing.part.addEventListener("keydown", (event) => this.#pressed(event));
    listing.watchers.push(() => this.#mark());
    // What was ticked before this ran. Browsers keep no ticks for another time (autocomplete=off): they would put them
    // back by their places, onto other files where some have come or gone.
    this.#choose(this.#boxes().filter((box) => box.checked), true);
  }

  get uuids() {
    return [...this.sizes.keys()];
  }

  get isEmpty() {
    return this.sizes.size === 0;
  }

  /** `3 files`. */
  get counted() {
    return this.sizes.size === 1 ? "1 file" : `${this.sizes.size.toLocaleString("en-GB")} files`;
  }

  /** `3 files selected, 1.2 MiB`. */
  get described() {
    return `${this.counted} selected, ${size([...this.sizes.values()].reduce((sum, each) => sum + each, 0))}`;
  }

  /** Choose these no more; all, where none are named. */
  drop(uuids = this.uuids) {
    uuids.forEach((uuid) => this.sizes.delete(uuid));
    this.#mark();
  }

  #boxes() {
    return [...this.listing.part.querySelectorAll("input[name=ids]")];
  }

  #clicked(event) {
    const box = event.target;
    if (box.matches("[data-part=all]")) {
      this.#choose(this.#boxes(), box.checked);
    } else if (box.matches("input[name=ids]")) {
      this.#choose(event.shiftKey ? this.#range(box) : [box], box.checked);
      this.last = box.value;
    } else {
      return;
    }
    say(this.isEmpty ? "Nothing selected" : this.described);
  }

  /** From the box that was clicked last to this one. */
  #range(box) {
    const boxes = this.#boxes();
    const ends = [boxes.findIndex((each) => each.value === this.last), boxes.indexOf(box)];
    return ends[0] < 0 ? [box] : boxes.slice(Math.min(...ends), Math.max(...ends) + 1);
  }

  #pressed(event) {
    const isAll = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "a";
    if (isAll && !event.target.matches("input:not([type=checkbox])")) {
      event.preventDefault();
      this.#choose(this.#boxes(), true);
      say(this.described);
    }
  }

  #choose(boxes, isChosen) {
    for (const box of boxes) {
      if (isChosen) {
        this.sizes.set(box.value, Number(this.listing.rowOf(box).dataset.size));
      } else {
        this.sizes.delete(box.value);
      }
    }
    this.#mark();
  }

  /** Show which are chosen. */
  #mark() {
    const boxes = this.#boxes();
    boxes.forEach((box) => (box.checked = this.sizes.has(box.value)));
    const chosen = boxes.filter((box) => box.checked).length;
    const all = this.listing.part.querySelector("[data-part=all]");
    if (all) {
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
    this.watchers.forEach((watcher) => watcher());
  }
}
