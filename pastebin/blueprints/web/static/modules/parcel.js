/** One file on its way, as the upload page shows it: how far it is, what went wrong, and at last its links. */

import { tidy } from "./names.js";
import { Result } from "./result.js";
import { say } from "./saying.js";
import { Progress, size } from "./words.js";

/**
 * @typedef {object} Way how files get to the server (ways.js)
 * @property {"plain" | "encrypted"} name
 * @property {string} verb what it is doing with one, as a state
 * @property {string} doing the same with all, and *done* what it has done: for the heading above them
 * @property {string} done
 * @property {(file: File, filename: string, handlers: Record<string, (told: any) => void>) => Promise<import("./posting.js").Carrier>} carry
 * @property {(told: any, filename: string) => Arrived} arrived
 *
 * @typedef {object} Arrived
 * @property {string} state how large it is and how long it is kept
 * @property {string[]} badges what is special about it
 * @property {ConstructorParameters<typeof Result>[1]} what
 * @property {() => boolean} isOnlyHere whether its links are shown nowhere else, *isRemembered* that this browser has them
 * @property {() => boolean} isRemembered
 * @property {boolean} isPublic whether its direct link is made of its content
 */

export class Parcel {
  /**
   * @param {HTMLTemplateElement} template
   * @param {{file: File, filename: string}} item
   * @param {Way} way
   */
  constructor(template, item, way) {
    this.item = item;
    this.way = way;
    this.link = "";
    /** Which of its links nobody copied yet. @type {Set<"link" | "deletion">} */
    this.untaken = new Set();
    this.element = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
    this.name = tidy(item.filename, "file");
    this.part("name").textContent = this.name;
    this.part("progress").setAttribute("aria-label", `Upload of ${this.name}`);
    this.wait();
  }

  /** The element that is marked as this part. */
  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  /** Whether it would be lost with this page: the link, or what deletes the file. */
  get isUntaken() {
    return this.untaken.size > 0 && this.arrived.isOnlyHere();
  }

  /** Have it not be sent at all. @param {(string | Node)[]} why */
  refuse(why) {
    this.#finish("failed", "Not uploaded");
    this.#problem(...why);
  }

  /** Have it wait for its turn. */
  wait() {
    this.isUnderWay = this.isWaiting = true;
    this.carrier = null;
    this.#show("waiting", `${size(this.item.file.size)}, waiting for its turn`);
    this.#offer("cancel", () => this.#ended("Cancelled before anything was sent."));
  }

  /**
   * Send it, if it still waits: it may have been cancelled, or have had an earlier turn.
   *
   * @returns {Promise<void>} when nothing more happens to it; it does not fail
   */
  send() {
    return new Promise((done) => {
      if (!this.isWaiting) {
        done();
        return;
      }
      this.isWaiting = false;
      this.done = done;
      this.speed = new Progress();
      this.#show("working", this.way.verb);
      this.#begin();
    });
  }

  async #begin() {
    let isCancelled = false;
    this.#offer("cancel", () => (isCancelled = true));
    try {
      const { file, filename } = this.item;
      this.carrier = await this.way.carry(file, filename, {
        progress: (told) => this.#progress(told),
        trouble: ({ message }) => this.#say(`${message} Trying again.`),
        stuck: ({ message }) => this.#stuck(message),
        failed: ({ message }) => this.#ended(message),
        cancelled: ({ message }) => this.#ended(message),
        sent: (told) => this.#arrived(told),
      });
    } catch {
      this.#ended("This page could not load all of itself. Load it again.");
      return;
    }
    this.#offer("cancel", () => this.#cancel());
    if (isCancelled) {
      this.#cancel();
    }
  }

  #progress({ sent, total }) {
    this.part("progress").value = total ? sent / total : 1;
    this.#say(sent < total ? this.speed.describe(sent, total) : `${size(total)}, sent. Waiting for the server`);
  }

  #stuck(message) {
    this.#problem(message);
    this.#say("Stopped for now");
    this.#offer("again", () => {
      this.part("again").hidden = this.part("problem").hidden = true;
      this.carrier.again();
      this.part("cancel").focus();
    }).focus();
  }

  #cancel() {
    this.part("cancel").disabled = true;
    this.#say("Deleting what was sent");
    this.carrier.cancel();
  }

  #ended(message) {
    this.#finish("failed", "Not uploaded");
    this.#problem(message);
    this.#offer("again", () => {
      this.wait();
      this.onAgain(this);
    });
    this.done?.();
  }

  #arrived(told) {
    this.arrived = this.way.arrived(told, this.item.filename);
    const { state, badges, what } = this.arrived;
    this.#finish("done", state);
    this.link = what.links.page;
    this.isThere = true;
    this.untaken = new Set(["link", "deletion"]);
    this.part("badges").hidden = badges.length === 0;
    this.part("badges").append(...badges.map(badge));
    this.result = new Result(this.element, what, {
      onTaken: (taken) => this.untaken.delete(taken),
      onDeleted: () => this.#deleted(),
    });
    this.done();
  }

  #deleted() {
    this.link = "";
    this.isThere = false;
    this.isDeleted = true;
    this.untaken.clear();
    this.part("badges").hidden = true;
    const otherwise = "If somebody uploaded the same content too, its direct link goes on working.";
    this.#show("deleted", `Deleted. ${this.arrived.isPublic ? otherwise : "Its links no longer work."}`);
    say(`${this.name} deleted`);
    this.element.tabIndex = -1;
    this.element.focus();
    this.onDeleted?.();
  }

  #show(state, words) {
    this.element.dataset.state = state;
    this.part("progress").hidden = state !== "working" && state !== "waiting";
    this.part("again").hidden = this.part("problem").hidden = true;
    this.#say(words);
  }

  #finish(state, words) {
    this.isUnderWay = this.isWaiting = false;
    this.carrier?.end();
    this.part("cancel").hidden = true;
    this.#show(state, words);
  }

  #say(words) {
    this.part("state").textContent = words;
  }

  /** @param {(string | Node)[]} words */
  #problem(...words) {
    const problem = this.part("problem");
    problem.hidden = false;
    problem.replaceChildren(...words);
  }

  #offer(name, act) {
    const button = this.part(name);
    button.hidden = button.disabled = false;
    button.onclick = act;
    return button;
  }
}

function badge(words) {
  const element = document.createElement("span");
  element.className = "badge";
  element.textContent = words;
  return element;
}
