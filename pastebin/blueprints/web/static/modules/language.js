/** The language of a text: shown as soon as it is chosen. */

/** @param {HTMLFormElement} form */
export function improve(form) {
  const { language } = form.elements;
  const shown = [...language.options].find((option) => option.defaultSelected) ?? language.options[0];
  // Whoever chose before this module was here still needs the button.
  form.querySelector("button").hidden = language.selectedOptions[0] === shown;
  language.addEventListener("change", () => form.requestSubmit());
}
