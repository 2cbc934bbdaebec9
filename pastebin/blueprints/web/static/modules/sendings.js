/** All that is on its way, and the links of what has arrived: a parcel for each file. */

import { count } from "./chosen.js";
import { copies } from "./copying.js";
import { Parcel } from "./parcel.js";
import { Queue } from "./queue.js";
import { say } from "./saying.js";

/**
 * @typedef {object} Item
 * @property {File} file
 * @property {string} filename under which it goes
 * @property {string} given the name as it was typed
 * @property {string} [text] the text that it is made of
 */

export class Sendings {
  /**
   * @param {{onTaken: (item: Item) => void, onLeft: (item: Item) => void, onMore: () => void}} handlers for each
   *   item that is on its way now, for each that did not arrive, and for the button that leads back to the form
   */
  constructor({ onTaken, onLeft, onMore }) {
    this.onTaken = onTaken;
    this.onLeft = onLeft;
    this.panel = document.getElementById("sending");
    this.heading = document.getElementById("sending-title");
    this.more = document.getElementById("sending-more");
    this.copyAll = document.getElementById("copy-all");
    this.allLinks = document.getElementById("all-links");
    // Encrypting takes a whole processor.
    this.queues = { plain: new Queue(2), encrypted: new Queue(1) };
    /** @type {Parcel[]} all since the page was opened, and those of the last time something was sent */
    this.all = [];
    this.batch = [];
    copies(this.copyAll, this.allLinks, () => this.batch.forEach((parcel) => parcel.untaken.delete("link")));
    this.more.addEventListener("click", () => {
      this.more.hidden = true;
      onMore();
    });
    addEventListener("beforeunload", (event) => this.#keep(event));
  }

  /**
   * @param {Item[]} items
   * @param {import("./parcel.js").Way} way
   * @param {[File, (string | Node)[]][]} leftOut files that are not sent, each with why
   */
  send(items, way, leftOut = []) {
    const sent = items.map((item) => this.#parcel(item, way, items.length === 1));
    this.batch = [...sent, ...leftOut.map(([file, why]) => this.#refused(file, way, why))];
    this.all.push(...this.batch);
    document.getElementById("parcels").prepend(...this.batch.map((parcel) => parcel.element));
    this.panel.hidden = false;
    this.copyAll.hidden = true;
    this.heading.textContent = `${way.doing} ${count(items.length)}`;
    this.heading.focus();
    for (const parcel of sent) {
      this.#follow(parcel);
    }
  }

  /** Bytes that the files of an account took since the page was opened, or are about to. */
  get bytes() {
    const plain = this.all.filter((parcel) => parcel.way.name === "plain" && (parcel.isUnderWay || parcel.isThere));
    return plain.reduce((sum, parcel) => sum + parcel.item.file.size, 0);
  }

  #refused(file, way, why) {
    const parcel = this.#parcel({ file, filename: file.name, given: "" }, way, false);
    parcel.refuse(why);
    return parcel;
  }

  #parcel(item, way, isSingle) {
    this.#forget(item);
    const parcel = new Parcel(document.getElementById("parcel"), item, way);
    parcel.isSingle = isSingle;
    parcel.onAgain = () => this.#follow(parcel);
    parcel.onDeleted = () => this.#told();
    return parcel;
  }

  /** What failed and is sent anew need not stand there twice. */
  #forget(item) {
    const stale = this.all.filter(
      (parcel) => !parcel.isUnderWay && !parcel.isThere && isSame(parcel.item, item),
    );
    stale.forEach((parcel) => parcel.element.remove());
    this.all = this.all.filter((parcel) => !stale.includes(parcel));
  }

  /** Send it when its turn comes. */
  async #follow(parcel) {
    this.more.hidden = true;
    this.onTaken(parcel.item);
    await this.queues[parcel.way.name].run(() => parcel.send());
    if (parcel.isThere) {
      parcel.part("more").open = parcel.isSingle;
    } else if (!parcel.isUnderWay) {
      this.onLeft(parcel.item);
    }
    const words = parcel.isThere ? `${parcel.name} ${parcel.way.done}` : `${parcel.name} was not uploaded`;
    if (this.all.some((each) => each.isUnderWay)) {
      say(words);
    } else {
      this.#conclude(words);
    }
  }

  /** Nothing is on its way any more. @param {string} last what became of the last one */
  #conclude(last) {
    this.more.hidden = false;
    this.#told();
    say(this.batch.length === 1 ? last : `${last}. ${this.heading.textContent}`);
    if (document.activeElement === document.body) {
      this.heading.focus();
    }
  }

  /** How it stands: the heading counts, and the links that there are can be copied at once. */
  #told() {
    if (!this.all.some((parcel) => parcel.isUnderWay)) {
      this.heading.textContent = verdict(this.batch);
    }
    const links = this.batch.map((parcel) => parcel.link).filter(Boolean);
    this.allLinks.textContent = links.join("\n");
    this.copyAll.hidden = links.length < 2;
    document.getElementById("sending-keep").hidden = !this.all.some((parcel) => parcel.isUntaken);
    const isKept = this.all.some((parcel) => parcel.isThere && parcel.arrived.isRemembered());
    document.getElementById("sending-kept").hidden = !isKept;
    const listed = document.getElementById("sending-listed");
    if (listed) {
      listed.hidden = !this.all.some((parcel) => parcel.isThere);
    }
  }

  /** Leaving now would lose what is on its way, and links that are shown nowhere else. */
  #keep(event) {
    if (this.all.some((parcel) => parcel.isUnderWay || parcel.isUntaken)) {
      event.preventDefault();
    }
  }
}

/** @param {Parcel[]} parcels */
function verdict(parcels) {
  const of = parcels.length;
  const [there, deleted] = ["isThere", "isDeleted"].map((state) => parcels.filter((parcel) => parcel[state]).length);
  const { done } = parcels[0].way;
  if (of === 1) {
    return there ? `${done[0].toUpperCase()}${done.slice(1)}` : deleted ? "Deleted" : "Not uploaded";
  }
  if (deleted === of) {
    return `${count(of)} deleted`;
  }
  const failed = of - there - deleted;
  const counted = failed ? `${there} of ${count(of)} ${done}` : `${count(there)} ${done}`;
  return deleted ? `${counted}, ${deleted} deleted` : counted;
}

function isSame(one, other) {
  return one.file === other.file || (other.text !== undefined && one.text === other.text);
}
