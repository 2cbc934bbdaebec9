/**
 * What nobody in particular uploaded from this browser: it alone keeps the links, so that they are found again.
 *
 * Never an encrypted file, whose key is in no list, and never one of an account, which has a list of its own.
 */

import { store, stored } from "./storage.js";

const STORED_AS = "pastebin.uploads";
const MOST = 50;
const ofThisPage = new Set();

/**
 * @typedef {object} Remembered
 * @property {string} uuid
 * @property {string} name
 * @property {string} page its link, with `?key=` where it has one
 * @property {string} deletion its deletion link
 * @property {number} when milliseconds since 1970, as is *expires*
 * @property {number | null} expires
 */

/** @returns {Remembered[]} those that have not expired, newest first */
export function remembered() {
  const kept = stored(STORED_AS);
  return Array.isArray(kept) ? kept.filter(isWhole).filter(({ expires }) => !expires || expires > Date.now()) : [];
}

/** @param {any} told the API's answer to an upload @param {string} page the link to give away */
export function remember(told, page) {
  const entry = {
    uuid: told.uuid,
    name: told.filename,
    page,
    deletion: told.deletion_url,
    when: Date.parse(told.uploadedAt),
    expires: told.expires && Date.parse(told.expires),
  };
  ofThisPage.add(told.uuid);
  store(STORED_AS, [entry, ...remembered()].slice(0, MOST));
}

/** @param {string} uuid */
export function isRemembered(uuid) {
  return remembered().some((entry) => entry.uuid === uuid);
}

/** Whether it was uploaded since the page was opened. @param {string} uuid */
export function isOfThisPage(uuid) {
  return ofThisPage.has(uuid);
}

/** @param {string} uuid of one that is gone */
export function drop(uuid) {
  store(STORED_AS, remembered().filter((entry) => entry.uuid !== uuid));
}

export function forgetAll() {
  store(STORED_AS, null);
}

/** Other versions of this page may have written something else. */
function isWhole(entry) {
  return ["uuid", "name", "page", "deletion"].every((name) => typeof entry?.[name] === "string") && /^https?:/.test(entry.page);
}
