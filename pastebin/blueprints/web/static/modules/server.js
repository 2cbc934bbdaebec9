/** hushfile's requests (docs/hushfile.md). Each ends as a Refusal or a Passing where it does not work. */

import { Refusal } from "./refusal.js";
import { failure, reached, send, sentence } from "./requests.js";

const WITHOUT_A_TRACE = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
const GONE =
  "There is no such file any more: it expired, was deleted, or was downloaded as often as it may be.";

/**
 * @typedef {object} Bounds what the server takes
 * @property {number} chunkBytes the largest chunk
 * @property {number} fileBytes the largest file, encrypted
 * @property {number} retentionSeconds the longest time that it keeps one
 * @property {number} now the server's clock, seconds since 1970
 */

/** @returns {Promise<Bounds>} */
export async function bounds(signal) {
  const answer = await ask("/api/serverinfo", { signal });
  const told = await json(answer);
  return {
    chunkBytes: told.max_chunksize_bytes,
    fileBytes: told.max_filesize_bytes,
    retentionSeconds: told.max_retention_hours * 3600,
    now: (Date.parse(answer.headers.get("Date") ?? "") || Date.now()) / 1000,
  };
}

/** Begin an upload. @returns {Promise<{id: string, uploadpassword: string}>} */
export async function begin(rules, signal) {
  return json(await ask("/api/file", { ...asJson(rules), signal }));
}

/**
 * PUT a piece of a file: a chunk's index or `metadata`.
 *
 * @param {(bytes: number) => void} onSent how much of it has gone out
 */
export function put(id, piece, uploadpassword, blob, signal, onSent) {
  const url = `/api/file/${id}/${piece}?uploadpassword=${encodeURIComponent(uploadpassword)}`;
  return send("PUT", url, blob, { headers: { "Content-Type": "application/octet-stream" }, signal, onSent });
}

/** Say that all has been sent; no failure where that was said before and only the answer got lost. */
export async function finish(id, uploadpassword, chunks, signal) {
  try {
    await ask(`/api/file/${id}/finishupload`, { ...asJson({ uploadpassword, chunks }), signal });
  } catch (fault) {
    if (!(fault instanceof Refusal) || !(await exists(id, signal))) {
      throw fault;
    }
  }
}

/** What the server knows of a file. */
export async function info(id, signal) {
  return json(await ask(`/api/file/${id}/info`, { signal }));
}

/** GET a piece: a chunk's index or `metadata`. @returns {Promise<Response>} */
export function get(id, piece, signal) {
  return ask(`/api/file/${id}/${piece}`, { signal });
}

export async function remove(id, deletepassword, signal) {
  try {
    await ask(`/api/file/${id}?deletepassword=${encodeURIComponent(deletepassword)}`, { method: "DELETE", signal });
  } catch (fault) {
    throw fault.kind === "forbidden" ? new Refusal("That is not the password for deleting this file.", fault.kind) : fault;
  }
}

async function exists(id, signal) {
  try {
    return (await ask(`/api/file/${id}/exists`, { signal })).ok;
  } catch (fault) {
    if (fault instanceof Refusal) {
      return false;
    }
    throw fault;
  }
}

function asJson(value) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

async function ask(url, options) {
  const answer = await reached(() => fetch(url, { ...WITHOUT_A_TRACE, ...options }), options.signal);
  if (answer.ok) {
    return answer;
  }
  throw failed(answer.status, answer.headers.get("Retry-After"), await answer.text().catch(() => ""));
}

function json(answer) {
  return reached(() => answer.json());
}

function failed(status, retryAfter, text) {
  if (status === 404) {
    const said = sentence(text);
    return new Refusal(/limit/i.test(said) ? `${said}: it was downloaded as often as it may be.` : GONE, "gone");
  }
  return failure(status, retryAfter, text);
}
