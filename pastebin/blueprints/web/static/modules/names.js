/** File names that strangers chose. */

// What no system takes in a name, and what turns the reading direction around ("txt.exe" shown as "exe.txt").
const NOT_IN_NAMES = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\\/:*?"<>|]/g;
const LONGEST = 200;

/** A name that is safe to show and to save under; *otherwise*, where nothing is left of it. */
export function tidy(name, otherwise) {
  const cleaned = name.normalize("NFC").replace(NOT_IN_NAMES, "_").replace(/^[\s.]+|[\s.]+$/g, "");
  return shorten(cleaned) || otherwise;
}

/** Its ending stays. */
function shorten(name) {
  const letters = [...name];
  if (letters.length <= LONGEST) {
    return name;
  }
  const ending = /\.[A-Za-z0-9]{1,16}$/.exec(name)?.[0] ?? "";
  return letters.slice(0, LONGEST - ending.length).join("") + ending;
}
