/** The language of a text: shown as soon as it is chosen. */

/** @param {HTMLFormElement} form */
export function improve(form) {
  form.querySelector("button").hidden = true;
  form.elements.language.addEventListener("change", () => form.requestSubmit());
}
