/** What a worker tells the page that sent it. */

const PROGRESS_EVERY_MS = 100;

/** @returns {(message: string) => void} what tells messages of one kind */
export function tell(is) {
  return (message) => self.postMessage({ is, message });
}

/** How far it is, so often that it looks smooth, and no oftener. */
export class Advance {
  constructor() {
    // Not 0: a worker's clock begins with the worker, and its first step may come sooner than the next one is due.
    this.told = -Infinity;
  }

  /** @param {() => object} describe asked only where it is told */
  tell(describe) {
    if (performance.now() - this.told > PROGRESS_EVERY_MS) {
      this.told = performance.now();
      self.postMessage({ is: "progress", ...describe() });
    }
  }
}
