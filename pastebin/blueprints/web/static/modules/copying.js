/** Buttons that copy what stands in a field. */

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLInputElement} field
 * @param {() => void} onCopied also called where it is copied by hand
 */
export function copies(button, field, onCopied = () => {}) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const isCopied = await copy(field);
    button.textContent = isCopied ? "Copied" : "Press Ctrl+C";
    if (isCopied) {
      onCopied();
    }
    setTimeout(() => (button.textContent = label), 3000);
  });
  field.addEventListener("focus", () => field.select());
  field.addEventListener("copy", onCopied);
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
