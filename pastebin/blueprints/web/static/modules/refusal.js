/** What goes wrong: what waiting helps with, and what it does not. */

/** It will not work by being tried again; the message says why, in words for people. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {"refused" | "forbidden" | "gone" | "key" | "altered"} kind what the page offers to do about it
   */
  constructor(message, kind = "refused") {
    super(message);
    this.kind = kind;
  }
}

/** It may work later: no network, a server that is busy or being started again. */
export class Passing extends Error {
  /**
   * @param {string} message
   * @param {number} seconds how long the server wants to be left alone (`Retry-After`); 0 where it does not say;
   *   Infinity where only somebody can say whether to try again
   * @param {number} status of the answer; 0 where there was none
   */
  constructor(message, seconds = 0, status = 0) {
    super(message);
    this.seconds = seconds;
    this.status = status;
  }
}
