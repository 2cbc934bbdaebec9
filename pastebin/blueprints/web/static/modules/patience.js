/** Trying again: by itself with growing pauses, then when somebody asks for it. */

import { Passing } from "./refusal.js";

const PAUSES_SECONDS = [0.5, 1, 2, 4, 8];
const LONGEST_PAUSE_SECONDS = 60;

export class Patience {
  /**
   * @param {AbortSignal} signal ends all waiting
   * @param {(message: string) => void} onTrouble called when it goes on by itself after a pause
   * @param {(message: string) => void} onGivingUp called when it waits for `again()`
   */
  constructor(signal, onTrouble, onGivingUp) {
    this.signal = signal;
    this.onTrouble = onTrouble;
    this.onGivingUp = onGivingUp;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /**
   * Do something until it works.
   *
   * @template T
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>} what it came to
   * @throws whatever is no Passing
   */
  async until(attempt) {
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (fault) {
        if (!(fault instanceof Passing)) {
          throw fault;
        }
        failures = await this.#wait(fault, failures);
      }
    }
  }

  /** Go on with everything that waits for somebody. */
  again() {
    for (const goOn of this.waiting.splice(0)) {
      goOn();
    }
  }

  /** Returns how many failures there were: none that count, once somebody asked to go on. */
  async #wait(fault, failures) {
    const seconds = Math.max(fault.seconds, PAUSES_SECONDS[failures] ?? Infinity);
    if (seconds <= LONGEST_PAUSE_SECONDS) {
      this.onTrouble(fault.message);
      // Not all at the same instant.
      await this.#until((done) => setTimeout(done, seconds * 1000 * (1 + Math.random() / 4)));
      return failures;
    }
    this.onGivingUp(fault.message);
    await this.#until((done) => this.waiting.push(done));
    return -1;
  }

  /** Wait for what *begin* will call, or for the end. */
  #until(begin) {
    return new Promise((done, fail) => {
      this.signal.throwIfAborted();
      this.signal.addEventListener("abort", () => fail(this.signal.reason), { once: true });
      begin(done);
    });
  }
}
