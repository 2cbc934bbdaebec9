/** A question that takes the place of the button which raised it. */

/**
 * @param {HTMLElement} element with the parts `delete` (the button), `ask`, `delete-yes` and `delete-no`
 * @param {() => void | Promise<void>} act done after a yes, which cannot be said twice meanwhile
 */
export function asks(element, act) {
  const parts = ["ask", "delete", "delete-yes", "delete-no"];
  const [ask, first, yes, no] = parts.map((name) => element.querySelector(`[data-part="${name}"]`));
  const turn = (isAsked) => {
    ask.hidden = !isAsked;
    first.hidden = isAsked;
    (isAsked ? no : first).focus();
  };
  first.addEventListener("click", () => turn(true));
  no.addEventListener("click", () => turn(false));
  ask.addEventListener("keydown", ({ key }) => key === "Escape" && turn(false));
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    await act();
    yes.disabled = false;
  });
}
