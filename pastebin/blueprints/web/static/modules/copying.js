/** Buttons that copy what stands elsewhere on the page. */

import { say } from "./saying.js";

const SHOWN_MS = 3000;

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} source a field, or an element with a text
 * @param {() => void} onCopied also called where it is copied by hand
 */
export function copies(button, source, onCopied = () => {}) {
  const label = [...button.childNodes];
  const what = copied(button);
  button.addEventListener("click", async () => {
    const isCopied = await copy(source);
    const words = isCopied ? "Copied" : "Press Ctrl+C";
    button.replaceChildren(words);
    say(isCopied ? what : words);
    if (isCopied) {
      onCopied();
    }
    setTimeout(() => button.replaceChildren(...label), SHOWN_MS);
  });
  source.addEventListener("focus", () => select(source));
  source.addEventListener("copy", onCopied);
}

/**
 * A button that copies a text which stands nowhere as it is to be copied.
 *
 * @param {HTMLButtonElement} button
 * @param {() => string | Promise<string>} text asked for when it is clicked
 */
export function copiesText(button, text) {
  button.addEventListener("click", async () => {
    const [label, what] = [[...button.childNodes], copied(button)];
    const isCopied = await copyText(text);
    const words = isCopied ? "Copied" : "Could not be copied";
    button.replaceChildren(words);
    say(isCopied ? what : words);
    setTimeout(() => button.textContent === words && button.replaceChildren(...label), SHOWN_MS);
  });
}

/** What is said of it afterwards: "Copy the link" has the link copied. */
function copied(button) {
  const what = /^Copy\s+(?:the\s+)?(.+)$/s.exec(button.textContent.trim())?.[1];
  return what ? `${what[0].toUpperCase()}${what.slice(1)} copied` : "Copied";
}

async function copyText(text) {
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  try {
    field.value = await text();
    document.body.append(field);
    return await copy(field);
  } catch {
    return false;
  } finally {
    field.remove();
  }
}

/** Whether a field's value or an element's text is copied now. Browsers have `navigator.clipboard` on https alone. */
export async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    return true;
  } catch {
    source.focus();
    select(source);
    return document.execCommand("copy");
  }
}

function select(source) {
  if (source.select) {
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
}
