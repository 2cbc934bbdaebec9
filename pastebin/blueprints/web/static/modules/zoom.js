/** An image as large as one wants it: as it fits, in its own pixels, or in between. */

import { say } from "./saying.js";

const STEP = 1.25;
const LEAST = 0.05;
const MOST = 16;

/** @param {HTMLElement} figure */
export async function improve(figure) {
  const image = figure.querySelector("img");
  if (await isDrawn(image)) {
    tellDimensions(image);
    new Zoom(figure, image);
  } else {
    figure.hidden = true;
    document.querySelector("[data-part=undrawn]").hidden = false;
  }
}

async function isDrawn(image) {
  try {
    await image.decode();
  } catch {
    // SVG without a size of its own is drawn, and not decoded.
  }
  return image.complete && image.naturalWidth > 0;
}

function tellDimensions(image) {
  for (const part of document.querySelectorAll("[data-part=dimensions]")) {
    part.hidden = "smaller" in image.dataset;
    if (part.tagName === "DD") {
      part.textContent = `${image.naturalWidth} × ${image.naturalHeight} pixels`;
    }
  }
}

class Zoom {
  constructor(figure, image) {
    this.figure = figure;
    this.image = image;
    /** Pixels of the screen for one of the image; null: as it fits. */
    this.scale = null;
    figure.setAttribute("aria-label", image.alt);
    figure.before(this.toolbar());
    figure.addEventListener("keydown", (event) => this.pressed(event));
    figure.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    image.parentElement.addEventListener("click", (event) => this.clicked(event));
    addEventListener("resize", () => this.tell());
    this.show(null);
  }

  toolbar() {
    this.fit = button("Fit", () => this.show(null));
    this.actual = button("Actual size", () => this.show(1));
    const smaller = button("−", () => this.show(this.drawn / STEP), "Smaller");
    const larger = button("+", () => this.show(this.drawn * STEP), "Larger");
    this.percent = document.createElement("output");
    this.percent.className = "soft small";
    const made = document.createElement("div");
    made.className = "zoom-tools";
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", "Size on the screen");
    made.append(this.fit, this.actual, smaller, larger, this.percent);
    made.addEventListener("keydown", (event) => this.pressed(event));
    return made;
  }

  /** What it is drawn at now. */
  get drawn() {
    return this.image.getBoundingClientRect().width / this.image.naturalWidth;
  }

  /**
   * @param {number | null} scale
   * @param {{clientX: number, clientY: number}} [point] what is there stays there
   */
  show(scale, point) {
    const before = this.image.getBoundingClientRect();
    this.scale = scale === null ? null : Math.min(Math.max(scale, LEAST), MOST);
    this.figure.classList.toggle("medium--zoomed", this.scale !== null);
    this.figure.tabIndex = this.scale === null ? -1 : 0;
    this.image.style.width = this.scale === null ? "" : `${this.image.naturalWidth * this.scale}px`;
    if (point && before.width) {
      this.keep(point, before);
    }
    this.tell();
  }

  keep({ clientX, clientY }, before) {
    const after = this.image.getBoundingClientRect();
    const [x, y] = [(clientX - before.x) / before.width, (clientY - before.y) / before.height];
    this.figure.scrollLeft += after.x + x * after.width - clientX;
    this.figure.scrollTop += after.y + y * after.height - clientY;
  }

  tell() {
    this.percent.textContent = `${Math.round(this.drawn * 100)} %`;
    this.fit.setAttribute("aria-pressed", String(this.scale === null));
    this.actual.setAttribute("aria-pressed", String(this.scale === 1));
  }

  clicked(event) {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      // By the keyboard there is no point that could stay.
      this.show(this.scale === null ? 1 : null, event.detail ? event : undefined);
      say(this.percent.textContent);
    }
  }

  pressed(event) {
    const wanted = { "+": this.drawn * STEP, "=": this.drawn * STEP, "-": this.drawn / STEP, 0: null, 1: 1 };
    if (event.key in wanted && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.show(wanted[event.key]);
      say(this.percent.textContent);
    }
  }

  /** With Ctrl, which is also how browsers tell of two fingers on a touchpad. */
  wheeled(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      this.show(this.drawn * Math.exp(-event.deltaY / 200), event);
    }
  }
}

function button(words, action, name = words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--quiet button--small";
  made.textContent = words;
  if (name !== words) {
    made.setAttribute("aria-label", name);
  }
  made.addEventListener("click", action);
  return made;
}
