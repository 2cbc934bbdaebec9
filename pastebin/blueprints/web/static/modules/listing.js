/** The list on the page: another search, order or page of it is fetched and put in its place. */

import { ask } from "./asking.js";
import { tellTimes } from "./page.js";
import { say } from "./saying.js";

const PAUSE_MS = 200;
const REPLACED = ["files", "files-storage"];
const ASKED = ["q", "type", "sort"];

export class Listing {
  /** @param {HTMLFormElement} form what is looked for, and in which order */
  constructor(form) {
    this.form = form;
    this.part = document.getElementById("files");
    this.part.tabIndex = -1;
    /** @type {(() => void)[]} called when another list stands there */
    this.watchers = [];
    form.addEventListener("submit", (event) => this.#search(event));
    form.addEventListener("input", () => this.#searchSoon());
    this.part.addEventListener("click", (event) => this.#follow(event));
    addEventListener("popstate", () => this.show(location.href));
  }

  /** The row or card that something stands in. @returns {HTMLElement | null} */
  rowOf(element) {
    return element.closest("[data-file]");
  }

  /** The row or card of a file, where it is shown. @returns {HTMLElement | null} */
  row(uuid) {
    return this.part.querySelector(`[data-file="${uuid}"]`);
  }

  /** How many files there are, in words. */
  get count() {
    return this.part.querySelector("[data-part=count]")?.textContent ?? "No files";
  }

  /**
   * Fetch a list and show it. Another one that is still on its way is given up.
   *
   * @param {string} url
   * @param {"push" | "replace" | null} remember how the address goes into the browser's history
   * @returns {Promise<boolean>} whether it is shown now
   */
  async show(url, remember = null) {
    this.underWay?.abort();
    const request = (this.underWay = new AbortController());
    this.part.setAttribute("aria-busy", "true");
    try {
      const answer = await ask(url, { headers: { Accept: "text/html" }, redirect: "follow", signal: request.signal });
      const html = await answer.text();
      request.signal.throwIfAborted();
      this.#arrived(new URL(answer.url), html, remember);
    } catch (fault) {
      if (request.signal.aborted) {
        return false;
      }
      this.tell(fault.message, "bad", () => this.show(url, remember));
      return false;
    } finally {
      if (this.underWay === request) {
        this.part.removeAttribute("aria-busy");
      }
    }
    return true;
  }

  /** The same list once more, as it is now. */
  again() {
    return this.show(location.href);
  }

  /**
   * Say something above the list, until another one comes.
   *
   * @param {string} words
   * @param {"good" | "bad"} mood
   * @param {(() => void) | null} retry
   */
  tell(words, mood, retry = null) {
    const notice = document.createElement("div");
    notice.className = `notice notice--${mood}`;
    notice.dataset.part = "notice";
    notice.append(paragraph(words));
    if (retry) {
      notice.append(paragraph(button("Try again", retry)));
    }
    this.part.querySelector("[data-part=notice]")?.remove();
    this.part.prepend(notice);
    say(words);
  }

  #arrived(url, html, remember) {
    if (url.pathname !== location.pathname) {
      location.assign(url); // to the login: the session has ended
      return;
    }
    const focused = place(document.activeElement);
    this.#put(new DOMParser().parseFromString(html, "text/html"));
    if (remember) {
      history[`${remember}State`](null, "", url);
    }
    for (const name of ASKED) {
      const field = this.form.elements[name];
      if (field !== document.activeElement) {
        field.value = url.searchParams.get(name) ?? "";
      }
    }
    this.watchers.forEach((watcher) => watcher());
    if (focused && this.part.contains(document.activeElement) === false) {
      (this.part.querySelector(focused) ?? this.part).focus();
    }
  }

  #put(page) {
    for (const id of REPLACED) {
      document.getElementById(id)?.replaceChildren(...(page.getElementById(id)?.childNodes ?? []));
    }
    tellTimes(this.part);
    this.form.hidden = !page.getElementById(this.form.id);
  }

  #searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#search(), PAUSE_MS);
  }

  async #search(event) {
    event?.preventDefault();
    clearTimeout(this.timer);
    const asked = [...new FormData(this.form)].filter(([, text]) => String(text).trim());
    const query = new URLSearchParams(asked).toString();
    if (await this.show(query ? `${location.pathname}?${query}` : location.pathname, "replace")) {
      say(this.count);
    }
  }

  async #follow(event) {
    const link = event.target.closest("a[data-in-place]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    clearTimeout(this.timer); // a search that was still to come would undo it
    if (await this.show(link.href, "push")) {
      say(this.count);
      if (link.rel) {
        scrollTo({ top: 0 });
      }
    }
  }
}

/** How what has the focus is found again in another list; empty where it will not be there. */
function place(element) {
  if (!element.closest("#files")) {
    return null;
  }
  const column = element.closest("thead th");
  return column ? `thead th:nth-child(${column.cellIndex + 1}) a` : "#files";
}

function paragraph(content) {
  const made = document.createElement("p");
  made.append(content);
  return made;
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--quiet button--small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
