/** A file that can be downloaded so often: what the page says of that follows each download. */

// So long a server has to begin its answer, which is when it counts.
const PAUSE_MS = 1500;

/** @param {HTMLElement} element the panel with the form that downloads */
export function improve(element) {
  element.querySelector("form").addEventListener("submit", () => {
    setTimeout(() => location.reload(), PAUSE_MS);
  });
}
