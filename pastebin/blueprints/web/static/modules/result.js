/** What the page shows of a file that has arrived: its links, a QR code, and how to delete it. */

import { copies } from "./copying.js";
import { DELETION } from "./links.js";
import { asks } from "./question.js";

export class Result {
  /**
   * @param {HTMLElement} element with the parts of the template
   * @param {{links: import("./links.js").Links, password?: string, remove: () => Promise<void>}} what
   * @param {{onTaken: (what: "link" | "deletion") => void, onDeleted: () => void}} handlers called when the link, or
   *   what deletes the file, is in somebody's hands, and when the file is gone
   */
  constructor(element, { links, password, remove }, { onTaken, onDeleted }) {
    this.element = element;
    this.links = links;
    this.remove = remove;
    this.onDeleted = onDeleted;
    const onLink = () => onTaken("link");
    this.#fill("link", links.page, onLink);
    this.part("hint").textContent = links.hint;
    Object.assign(this.part("open"), { href: links.page, target: "_blank", rel: "noopener" });
    this.part("open").addEventListener("click", onLink);
    this.part("rows").append(...links.more.map(([label, text]) => this.#row(label, text, onTaken)));
    this.part("secret").hidden = password === undefined;
    if (password !== undefined) {
      this.#fill("deletepassword", password, () => onTaken("deletion"));
    }
    for (const label of element.querySelectorAll("label")) {
      label.htmlFor = label.parentElement.querySelector("input").id = unique();
    }
    this.part("qr").addEventListener("click", () => this.#toggleCode(onLink));
    asks(element, () => this.#delete());
    this.part("result").hidden = false;
  }

  /** The element that is marked as this part. */
  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  #fill(name, text, onCopied) {
    this.part(name).value = text;
    copies(this.part(`copy-${name}`), this.part(name), onCopied);
  }

  /** One of the further links. */
  #row(label, text, onTaken) {
    const row = /** @type {HTMLElement} */ (document.getElementById("link-row").content.firstElementChild.cloneNode(true));
    const [field, button] = [row.querySelector("input"), row.querySelector("button")];
    row.querySelector("label").textContent = label;
    row.querySelector(".visually-hidden").textContent = ` ${label}`;
    field.value = text;
    copies(button, field, () => onTaken(label === DELETION ? "deletion" : "link"));
    return row;
  }

  async #toggleCode(onShown) {
    const place = this.part("code");
    if (place.childElementCount === 0) {
      try {
        const { draw } = await import("./qr.js");
        place.replaceChildren(draw(this.links.page, "QR code of the link"));
      } catch {
        place.replaceChildren("The QR code could not be drawn. Load this page again, or copy the link.");
      }
    }
    onShown();
    place.hidden = !place.hidden;
    this.part("qr").setAttribute("aria-expanded", String(!place.hidden));
  }

  async #delete() {
    const problem = this.part("problem");
    problem.hidden = true;
    try {
      await this.remove();
    } catch (fault) {
      problem.textContent = `Not deleted. ${fault.message}`;
      problem.hidden = false;
      return;
    }
    this.part("result").remove();
    this.onDeleted();
  }
}

/** Every field's label needs an id of its own. */
function unique() {
  return `f${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}
