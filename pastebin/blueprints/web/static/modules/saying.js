/** What a page tells those who cannot see what changed on it. */

/** Say something, once those words that were said before are through. @param {string} words */
export function say(words) {
  const place = document.getElementById("said");
  place.textContent = "";
  // The same words again are a change only where there was none in between.
  setTimeout(() => (place.textContent = words), 50);
}
