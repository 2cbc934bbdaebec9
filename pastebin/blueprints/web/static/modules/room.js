/** How much may be sent, as things stand: what is said of a file that is too much, before it is sent. */

import { size } from "./words.js";

/** @typedef {{is: "large" | "full", bytes: number}} Problem why a file cannot be sent: it is over so many bytes */

export class Room {
  /**
   * @param {HTMLFormElement} form
   * @param {() => boolean} isEncrypting
   * @param {() => number} taken bytes that were sent since the page came
   */
  constructor(form, isEncrypting, taken) {
    this.form = form;
    this.isEncrypting = isEncrypting;
    this.taken = taken;
    this.isNobody = !form.elements.csrf_token;
    this.more = document.getElementById("more-with-account");
  }

  /** Bytes that one file may have. */
  get largest() {
    const { largest, largestEncrypted } = this.form.dataset;
    return Number(this.isEncrypting() ? largestEncrypted : largest);
  }

  /** Bytes that are free in the account's storage; encrypted files are nobody's, and take none. */
  get free() {
    const { free } = this.form.dataset;
    return free === undefined || this.isEncrypting() ? Infinity : Math.max(0, Number(free) - this.taken());
  }

  /**
   * Which files cannot be sent: those that are too large, and those for which the ones before them leave no room.
   *
   * @param {File[]} files
   * @returns {Map<File, Problem>}
   */
  lacking(files) {
    const found = new Map();
    let { free } = this;
    for (const file of files) {
      if (file.size > this.largest) {
        found.set(file, { is: "large", bytes: this.largest });
      } else if (file.size > free) {
        found.set(file, { is: "full", bytes: free });
      } else {
        free -= file.size;
      }
    }
    return found;
  }

  /** In a few words, beside its size. @param {Problem} problem */
  brief(problem) {
    return problem.is === "large"
      ? `too large, at most ${size(problem.bytes)} are taken here`
      : `does not fit, ${size(problem.bytes)} of your storage are left for it`;
  }

  /** In a sentence, and what to do about it. @param {File} file @param {Problem} problem @returns {(string | Node)[]} */
  explain(file, problem) {
    const room = size(problem.bytes);
    if (problem.is === "full") {
      return [`It has ${size(file.size)}, and does not fit: ${room} of your storage are left for it. Delete something, or choose a smaller one.`];
    }
    const who = this.isNobody && !this.isEncrypting() && this.more ? "without an account " : "";
    return [`It has ${size(file.size)}; ${who}up to ${room} are taken.`, ...(who ? [this.more.content.cloneNode(true)] : [])];
  }
}
