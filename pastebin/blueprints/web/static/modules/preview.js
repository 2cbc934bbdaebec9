/** What a small file looks like, without leaving the page: plain text, or an image of a few kinds. */

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_TEXT_BYTES = 1024 * 1024;
const LONGEST_SIGNATURE = 12;

/** Whether there may be something to see of so many bytes. */
export function mayShow(bytes) {
  return bytes <= MOST_BYTES;
}

/**
 * Show it: what it is, is said by its first bytes, never by its name.
 *
 * @param {Blob} blob
 * @param {HTMLElement} place emptied and filled
 */
export async function show(blob, place) {
  place.replaceChildren(await drawn(blob));
}

async function drawn(blob) {
  const type = imageType(new Uint8Array(await blob.slice(0, LONGEST_SIGNATURE).arrayBuffer()));
  if (type) {
    return image(URL.createObjectURL(new Blob([blob], { type })));
  }
  const text = blob.size <= MOST_TEXT_BYTES ? plainText(await blob.arrayBuffer()) : null;
  return text === null ? sentence("There is no preview of this kind of file. Download it instead.") : preformatted(text);
}

/** The type of an image that browsers only paint, by how its bytes begin; null for everything else. */
function imageType(head) {
  const letters = String.fromCharCode(...head);
  if (letters.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (letters.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(letters)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(letters)) return "image/webp";
  if (/^[^]{4}ftypavi[fs]/.test(letters)) return "image/avif";
  return null;
}

function plainText(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function image(url) {
  const made = document.createElement("img");
  made.alt = "The image in this file";
  made.className = "encrypted-image";
  made.onload = () => URL.revokeObjectURL(url);
  made.onerror = () => made.replaceWith(sentence("This image is damaged, or of a kind that this browser cannot show."));
  made.src = url;
  return made;
}

function preformatted(text) {
  const made = document.createElement("pre");
  made.tabIndex = 0;
  made.dir = "auto";
  made.textContent = text;
  return made;
}

function sentence(words) {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}
