/** Other sizes and formats of an image, tried out on its page. */

import { say } from "./saying.js";
import { size } from "./words.js";

/** @param {HTMLFormElement} form */
export function improve(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    make(form);
  });
}

async function make(form) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  say("It is being made");
  const wish = wishOf(form);
  const refusal = await attempt(form, wish).catch(() => "The server could not be reached. Try again.");
  button.disabled = false;
  part("made-error").textContent = refusal;
  part("made").hidden = refusal !== "";
}

/** What is asked for: the query, and the extension that chooses the format. */
function wishOf(form) {
  const query = new URLSearchParams();
  let ending = "";
  for (const [name, value] of new FormData(form)) {
    if (name === "format") {
      ending = value && `.${value}`;
    } else if (value.trim()) {
      query.set(name, value.trim());
    }
  }
  return { query: query.toString(), ending };
}

/** Show what is made; what was wrong, or nothing. The page's own image is no view of the file. */
async function attempt(form, { query, ending }) {
  const own = `${form.action}${ending}?${query}`;
  const answer = await fetch(own);
  if (!answer.ok) {
    return (await answer.json()).message;
  }
  const bytes = (await answer.blob()).size;
  const image = await drawn(own);
  const link = part("made").querySelector("a");
  link.href = link.textContent = `${form.dataset.home}${form.dataset.reference}${ending}?${query}`;
  const facts = `${image.naturalWidth} × ${image.naturalHeight} pixels, ${size(bytes)}, ${answer.headers.get("Content-Type")}`;
  part("made-facts").textContent = facts;
  say(facts);
  return "";
}

async function drawn(address) {
  const image = document.createElement("img");
  image.alt = "What was made of it";
  image.src = address;
  await image.decode();
  part("made-image").replaceChildren(image);
  return image;
}

function part(name) {
  return document.querySelector(`[data-part=${name}]`);
}
