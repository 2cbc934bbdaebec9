/** Whether long lines are wrapped, as it was chosen last in this browser. */

const NAME = "pastebin.wrap";

/**
 * @param {HTMLElement} lines
 * @param {HTMLButtonElement} button
 */
export function offerWrapping(lines, button) {
  const show = (isOn) => {
    lines.classList.toggle("lines--unwrapped", !isOn);
    button.setAttribute("aria-pressed", String(isOn));
    // What scrolls is reached by the keyboard too.
    isOn ? lines.removeAttribute("tabindex") : (lines.tabIndex = 0);
  };
  show(recall() !== "off");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    show(isOn);
    remember(isOn ? "on" : "off");
  });
}

/** Browsers may refuse to keep anything. */
function recall() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(NAME, value);
  } catch {
    // Then it is forgotten.
  }
}
