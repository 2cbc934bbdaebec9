/** Work that takes turns, so many pieces of it at once. */

export class Queue {
  /** @param {number} atOnce */
  constructor(atOnce) {
    this.free = atOnce;
    /** @type {(() => Promise<void>)[]} */
    this.waiting = [];
  }

  /**
   * @template T
   * @param {() => Promise<T>} work begun when its turn comes; it does not fail
   * @returns {Promise<T>}
   */
  run(work) {
    return new Promise((done) => {
      this.waiting.push(() => work().then(done));
      this.#next();
    });
  }

  async #next() {
    if (this.free === 0 || this.waiting.length === 0) {
      return;
    }
    this.free--;
    await this.waiting.shift()();
    this.free++;
    this.#next();
  }
}
