/** Buttons that copy what stands in a field. */

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLInputElement} field
 */
export function copies(button, field) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    button.textContent = (await copy(field)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (button.textContent = label), 3000);
  });
  field.addEventListener("focus", () => field.select());
}

/** Browsers have `navigator.clipboard` on https alone. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
