/** Rendered or source: changed without loading the page again. */

import { parse } from "./ranges.js";

/** @param {HTMLElement} views */
export function improve(views) {
  const [rendered, source] = views.querySelectorAll("nav a");
  const show = (link) => {
    views.classList.toggle("views--source", link === source);
    views.classList.add("views--scripted");
    for (const each of [rendered, source]) {
      each === link ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current");
    }
  };
  const follow = () => parse(location.hash) && show(source);
  for (const link of [rendered, source]) {
    link.addEventListener("click", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        history.replaceState(history.state, "", link.href);
        show(link);
      }
    });
  }
  addEventListener("hashchange", follow);
  follow();
}
