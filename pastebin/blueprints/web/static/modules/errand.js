/** A worker that is sent to do one thing. */

export class Errand {
  /**
   * @param {string} module the worker's, beside this one
   * @param {object} order its first message
   * @param {Record<string, (message: any) => void>} handlers for what it tells, by `is`; `failed` among them
   */
  constructor(module, order, handlers) {
    this.worker = new Worker(new URL(module, import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => handlers[data.is]?.(data);
    this.worker.onerror = () =>
      handlers.failed({ message: "This page could not load all of itself. Load it again.", kind: "refused" });
    this.worker.postMessage(order);
  }

  /** Tell it something more. */
  tell(message) {
    this.worker.postMessage(message);
  }

  /** Stop it, wherever it is. */
  end() {
    this.worker.terminate();
  }
}
