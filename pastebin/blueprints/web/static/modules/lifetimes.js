/** How long an encrypted file may be kept: the form's choices, as far as this server keeps one. */

import { span } from "./words.js";

const UNIT_SECONDS = { min: 60, h: 3600, d: 86_400, w: 604_800 };

export class Lifetimes {
  /** @param {HTMLSelectElement} select its values are `10min`, `1w` and the like; the empty one means as long as can be */
  constructor(select) {
    this.select = select;
    /** @type {[HTMLOptionElement, string][]} each with its words */
    this.plain = [...select.options].map((option) => [option, option.text]);
  }

  /** Leave out what is longer than the server keeps a file; the first choice becomes the longest there is. */
  bound(longestSeconds) {
    for (const [option] of this.plain.slice(1)) {
      this.#allow(option, seconds(option.value) < longestSeconds);
    }
    this.plain[0][0].text = `${span(longestSeconds)}, the longest`;
    if (this.select.selectedOptions[0]?.disabled) {
      this.select.selectedIndex = 0;
    }
  }

  /** As they were. */
  unbound() {
    for (const [option, text] of this.plain) {
      this.#allow(option, true);
      option.text = text;
    }
  }

  /** What is chosen, in seconds; null for the longest. */
  chosen() {
    return this.select.value === "" ? null : seconds(this.select.value);
  }

  /** Safari shows options that are hidden. */
  #allow(option, isAllowed) {
    option.hidden = option.disabled = !isAllowed;
  }
}

function seconds(lifetime) {
  const [, count, unit] = /^(\d+)(min|h|d|w)$/.exec(lifetime) ?? [];
  return Number(count) * UNIT_SECONDS[unit];
}
