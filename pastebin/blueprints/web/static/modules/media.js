/** Sound and film: says so where the browser cannot play them. */

/** @param {HTMLMediaElement} media */
export function improve(media) {
  const tell = () => {
    document.querySelector("[data-part=unplayable]").hidden = false;
  };
  media.addEventListener("error", tell);
  if (media.error) {
    tell();
  }
}
