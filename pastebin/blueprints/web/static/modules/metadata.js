/** What hushfile keeps beside a file, encrypted as the file is: its name, its type and its size. */

import { decrypt, asAltered } from "./age.js";

/**
 * @typedef {object} Metadata
 * @property {string} filename as its sender wrote it: to be shown as text, and cleaned before anything is saved under it
 * @property {string} mimetype what its sender says it is
 * @property {number | null} filesize bytes; null where nobody said
 * @property {boolean} isSaid whether there was any: that it could be opened proves the key
 */

/**
 * @param {Metadata} metadata
 * @param {import("./vendor/age-encryption-0.3.1.js").Encrypter} encrypter
 * @returns {Promise<Uint8Array>}
 */
export function seal({ filename, mimetype, filesize }, encrypter) {
  return encrypter.encrypt(JSON.stringify({ filename, mimetype, filesize }));
}

/**
 * @param {Uint8Array} sealed empty where there is none: the file is plain text then (seed 004)
 * @param {string} secret
 * @param {string} id
 * @returns {Promise<Metadata>}
 */
export async function unseal(sealed, secret, id) {
  if (sealed.length === 0) {
    return { filename: `${id}.txt`, mimetype: "text/plain", filesize: null, isSaid: false };
  }
  const told = parse(await whole(await decrypt(new Response(sealed).body, secret)));
  return {
    filename: String(told.filename ?? id),
    mimetype: String(told.mimetype ?? ""),
    filesize: Number.isSafeInteger(told.filesize) ? told.filesize : null,
    isSaid: true,
  };
}

async function whole(stream) {
  try {
    return await new Response(stream).text();
  } catch (fault) {
    throw asAltered(fault);
  }
}

/** It is genuine; what its sender wrote in another form is no reason to keep the file from anybody. */
function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
