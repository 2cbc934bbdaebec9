/** One file on its way, as the upload page shows it: how far it is, what went wrong, and at last its link. */

import { copies } from "./copying.js";
import { Errand } from "./errand.js";
import { tidy } from "./names.js";
import { Progress, date, size } from "./words.js";

export class Parcel {
  /**
   * @param {HTMLTemplateElement} template
   * @param {File} file
   * @param {string} filename
   */
  constructor(template, file, filename) {
    this.file = file;
    this.filename = filename;
    /** Whether it has a link that nobody copied yet: it is shown nowhere else. */
    this.isUntaken = false;
    this.element = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
    this.part("name").textContent = tidy(filename, "file");
    this.part("progress").setAttribute("aria-label", `Upload of ${tidy(filename, "file")}`);
    this.say(`${size(file.size)}, waiting for its turn`);
  }

  /** The element that is marked as this part. */
  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  /**
   * Encrypt and upload it.
   *
   * @param {{keptSeconds: number | null, limit: number | null}} rules
   * @returns {Promise<boolean>} whether it is there; it does not fail
   */
  send(rules) {
    return new Promise((done) => {
      this.done = done;
      this.speed = new Progress();
      this.say("Encrypting");
      this.errand = new Errand("sending.js", this.#order(rules), {
        progress: (told) => this.#progress(told),
        trouble: ({ message }) => this.say(`${message} Trying again.`),
        stuck: ({ message }) => this.#stuck(message),
        failed: ({ message }) => this.#ended(message),
        cancelled: ({ left }) => this.#cancelled(left),
        sent: (told) => this.#sent(told, rules),
      });
      this.#offer("cancel", () => this.#cancel());
    });
  }

  say(words) {
    this.part("state").textContent = words;
  }

  #order(rules) {
    const mimetype = this.file.type || "application/octet-stream";
    return { do: "begin", file: this.file, filename: this.filename, mimetype, ...rules };
  }

  #progress({ sent, total }) {
    this.hasSent = sent > 0;
    this.part("progress").value = sent / total;
    this.say(this.speed.describe(sent, total));
  }

  #stuck(message) {
    this.#problem(this.hasSent ? `${message} What was sent so far is kept.` : message);
    this.say("Stopped for now");
    const again = this.#offer("again", () => {
      again.hidden = this.part("problem").hidden = true;
      this.errand.tell({ do: "again" });
      this.part("cancel").focus();
    });
    again.focus();
  }

  #cancel() {
    this.part("cancel").disabled = true;
    this.say("Deleting what was sent");
    this.errand.tell({ do: "cancel" });
  }

  #cancelled(left) {
    this.#ended(
      left
        ? "Cancelled. The server could not be told, and deletes what was sent within a day. Nobody has the key."
        : "Cancelled. Nothing of it is on the server.",
    );
  }

  #ended(message) {
    this.#problem(message);
    this.say("Not uploaded");
    this.#finish(false);
  }

  #sent({ id, key, deletepassword, expires }, { limit }) {
    this.say(`${size(this.file.size)}, kept until ${date(expires)}${limit ? `, for ${downloads(limit)}` : ""}`);
    this.part("link").value = `${location.origin}/${id}#${key}`;
    this.part("deletepassword").value = deletepassword;
    this.isUntaken = true;
    copies(this.part("copy-link"), this.part("link"), () => (this.isUntaken = false));
    copies(this.part("copy-deletepassword"), this.part("deletepassword"));
    this.#label();
    this.part("result").hidden = false;
    this.#finish(true);
  }

  /** Every field's label needs an id of its own, and there may be many parcels. */
  #label() {
    for (const label of this.element.querySelectorAll("label")) {
      const field = label.parentElement.querySelector("input");
      label.htmlFor = field.id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    }
  }

  #problem(message) {
    const problem = this.part("problem");
    problem.hidden = false;
    problem.textContent = message;
  }

  #offer(name, act) {
    const button = this.part(name);
    button.hidden = false;
    button.onclick = act;
    return button;
  }

  #finish(isThere) {
    this.errand.end();
    for (const name of ["progress", "cancel", "again"]) {
      this.part(name).hidden = true;
    }
    this.done(isThere);
  }
}

function downloads(limit) {
  return limit === 1 ? "one download" : `${limit} downloads`;
}
