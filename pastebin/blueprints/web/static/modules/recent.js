/** "Uploaded in this browser": where who has no account finds, shares and deletes again what was uploaded before. */

import { copiesText } from "./copying.js";
import { tidy } from "./names.js";
import { remove } from "./posting.js";
import { asks } from "./question.js";
import { drop, forgetAll, isOfThisPage, remembered } from "./remembered.js";
import { say } from "./saying.js";
import { date } from "./words.js";

const AT_FIRST = 5;

class Recent {
  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    this.list = document.getElementById("recent-list");
    this.all = document.getElementById("recent-all");
    this.template = document.getElementById("recent-file");
    this.most = AT_FIRST;
    this.all.addEventListener("click", () => this.#showAll());
    asks(section.querySelector(".title-row"), () => this.#forget());
    // Another tab uploaded or deleted something.
    addEventListener("storage", () => this.show());
    this.show();
  }

  show() {
    // What this page itself uploaded stands above, with more links.
    const entries = remembered().filter(({ uuid }) => !isOfThisPage(uuid));
    this.section.hidden = entries.length === 0;
    this.list.replaceChildren(...entries.slice(0, this.most).map((entry) => this.#row(entry)));
    this.all.hidden = entries.length <= this.most;
    this.all.textContent = `Show all ${entries.length}`;
  }

  #row(entry) {
    const row = /** @type {HTMLElement} */ (this.template.content.firstElementChild.cloneNode(true));
    const part = (name) => row.querySelector(`[data-part="${name}"]`);
    for (const place of row.querySelectorAll("bdi")) {
      place.textContent = tidy(entry.name, "file");
    }
    part("name").href = entry.page;
    const until = entry.expires ? `, kept until ${date(entry.expires / 1000)}` : "";
    part("when").textContent = `${date(entry.when / 1000)}${until}`;
    copiesText(part("copy"), () => entry.page);
    asks(row, () => this.#delete(entry, part("problem")));
    return row;
  }

  /** The focus goes to the first of those that came. */
  #showAll() {
    this.most = Infinity;
    this.show();
    this.list.children[AT_FIRST].querySelector("a").focus();
  }

  async #delete(entry, problem) {
    problem.hidden = true;
    try {
      await remove({ uuid: entry.uuid, deletion_url: entry.deletion }, "");
    } catch (fault) {
      problem.textContent = fault.message;
      problem.hidden = false;
      return;
    }
    drop(entry.uuid);
    this.show();
    say(`${tidy(entry.name, "file")} deleted`);
    document.getElementById(this.section.hidden ? "file" : "recent-title")?.focus();
  }

  #forget() {
    forgetAll();
    this.show();
    say("The list is forgotten");
  }
}

const section = document.getElementById("recent");
if (section) {
  new Recent(section);
}
