/** age as this site uses it: https://age-encryption.org/v1, a file and one key. */

import {
  Decrypter,
  Encrypter,
  forceWebCryptoOff,
  generateX25519Identity,
  identityToRecipient,
} from "./vendor/age-encryption-0.3.1.js";
import { unarmored } from "./armor.js";
import { Passing, Refusal } from "./refusal.js";

// On plain http browsers have none, and the library looks for it without asking.
forceWebCryptoOff(!crypto.subtle);

const KEY_BEGINS = "AGE-SECRET-KEY-";

const BROKEN_KEY =
  "This key is not whole. A key begins with AGE-SECRET-KEY-1 and has 74 characters, and some of them are missing " +
  "or mistyped. Copy the whole link once more, up to its last character.";
const WRONG_KEY =
  "This key does not open this file: it belongs to another one. Ask whoever gave you the link to send it once more.";
const WRONG_PASSPHRASE =
  "This does not open the file: the passphrase is mistyped, or the file was made for a key that begins with " +
  "AGE-SECRET-KEY-1.";
const NO_AGE_FILE =
  "This is no age file that this page can open: it was made by another program, or altered. Ask whoever sent it how " +
  "it was encrypted.";
const ALTERED =
  "What arrived is not what was encrypted: it was altered, cut short or put together in another order, on the server " +
  "or on its way. Nothing of it was saved. Try it once more; if it stays so, ask whoever sent it to upload it again.";

/** @returns {Promise<string>} a new key, `AGE-SECRET-KEY-1…`: whoever has it can read what is encrypted for it */
export function generateKey() {
  return generateX25519Identity();
}

/**
 * @param {string} key
 * @returns {Promise<Encrypter>} what encrypts for whoever has that key
 */
export async function encrypterFor(key) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(key));
  return encrypter;
}

/**
 * Decrypt with a key, or with a passphrase (`age --passphrase`): what does not begin as a key does is one.
 *
 * @param {ReadableStream<Uint8Array>} ciphertext
 * @param {string} secret
 * @returns {Promise<ReadableStream<Uint8Array>>} what was encrypted; it is whole and genuine only once it ended
 * @throws {Refusal} the secret is none, or does not open it; or what was read of it is no age file
 */
export async function decrypt(ciphertext, secret) {
  const decrypter = decrypterFor(secret);
  try {
    return await decrypter.decrypt(await unarmored(ciphertext));
  } catch (fault) {
    throw asRefusal(fault, isKey(secret) ? WRONG_KEY : WRONG_PASSPHRASE);
  }
}

/**
 * @param {unknown} fault what reading a decrypted stream failed with
 * @returns {unknown} the same, if it came from where the ciphertext did; else that the ciphertext is not genuine
 */
export function asAltered(fault) {
  return isOfTheSource(fault) ? fault : new Refusal(ALTERED, "altered");
}

function decrypterFor(secret) {
  const decrypter = new Decrypter();
  if (!isKey(secret)) {
    decrypter.addPassphrase(secret);
    return decrypter;
  }
  try {
    decrypter.addIdentity(secret.trim().toUpperCase());
  } catch {
    throw new Refusal(BROKEN_KEY, "key");
  }
  return decrypter;
}

/** A key may have come with space around it; of a passphrase that is a part. */
function isKey(secret) {
  return secret.trim().toUpperCase().startsWith(KEY_BEGINS);
}

function asRefusal(fault, doesNotFit) {
  if (isOfTheSource(fault)) {
    return fault;
  }
  return fault.message.startsWith("no identity matched")
    ? new Refusal(doesNotFit, "key")
    : new Refusal(NO_AGE_FILE, "altered");
}

/** The library fails with errors of many kinds; whatever gives it the ciphertext fails with these. */
function isOfTheSource(fault) {
  return fault instanceof Refusal || fault instanceof Passing || fault.name === "AbortError";
}
