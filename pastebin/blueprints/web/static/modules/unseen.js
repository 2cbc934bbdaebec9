/** Characters that are shown as what they are, and not obeyed: as `previews/text.py` does it. */

const FROM_PICTURES = 0x2400;
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f]/g;
const UNSEEN = /([\x80-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff])/;

/**
 * Put a text at the end of an element.
 *
 * @returns {boolean} whether it has characters that are shown by their numbers
 */
export function appendText(element, text) {
  const pieces = text.replace(CONTROLS, picture).split(UNSEEN);
  pieces.forEach((piece, index) => element.append(index % 2 ? shutIn(piece) : piece));
  return pieces.length > 1;
}

function picture(control) {
  return control === "\x7f" ? "\u2421" : String.fromCharCode(FROM_PICTURES + control.charCodeAt(0));
}

/** Kept, so that copying gives the very text, in an element of its own with its number beside it. */
function shutIn(character) {
  const made = document.createElement("bdi");
  made.dataset.code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  made.textContent = character;
  return made;
}
