/** Ranges of lines, as the end of an address says them: `#L10`, `#L10-L20`. */

const WRITTEN = /^#L([1-9]\d{0,8})(?:-L?([1-9]\d{0,8}))?$/;

/**
 * @typedef {{first: number, last: number}} Range both included
 * @param {string} hash
 * @returns {Range | null} null where it names no lines
 */
export function parse(hash) {
  const found = WRITTEN.exec(hash);
  return found && between(Number(found[1]), Number(found[2] ?? found[1]));
}

/** The lines from one to another, whichever comes first. @returns {Range} */
export function between(one, other) {
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

/** @param {Range} range */
export function written({ first, last }) {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** For people: `line 10`, `lines 10 to 20`. @param {Range} range */
export function inWords({ first, last }) {
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
}
