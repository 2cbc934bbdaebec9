/** What all requests share: bodies whose sending is seen, and what an answer that is no success means. */

import { Passing, Refusal } from "./refusal.js";

const WORTH_ANOTHER_TRY = [408, 425, 429, 500, 502, 503, 504];
const UNREACHABLE = "The server cannot be reached.";

/** `fetch` and bodies fail with a TypeError where the network did. */
export async function reached(attempt, signal) {
  try {
    return await attempt();
  } catch {
    signal?.throwIfAborted();
    throw new Passing(UNREACHABLE);
  }
}

/**
 * Send a body, by XMLHttpRequest: `fetch` does not tell how much has gone out.
 *
 * @param {string} method
 * @param {string} url
 * @param {Blob | FormData} body
 * @param {{headers?: Record<string, string>, signal: AbortSignal, onSent?: (bytes: number) => void}} options
 * @returns {Promise<string>} the answer's body, where it is a success
 * @throws {Refusal | Passing}
 */
export function send(method, url, body, { headers = {}, signal, onSent = () => {} }) {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        done(request.responseText);
      } else {
        fail(failure(request.status, request.getResponseHeader("Retry-After"), request.responseText));
      }
    };
    request.onerror = () => fail(new Passing(UNREACHABLE));
    request.onabort = () => fail(signal.reason);
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(body);
  });
}

/** What an answer means that is no success, in the server's own words. @returns {Refusal | Passing} */
export function failure(status, retryAfter, text) {
  const said = sentence(text);
  if (WORTH_ANOTHER_TRY.includes(status)) {
    return new Passing(`The server cannot do it just now: ${said || status}`, Number(retryAfter) || 0, status);
  }
  return new Refusal(said || `The server refuses it: ${status}`, status === 403 ? "forbidden" : "refused");
}

/** `message` in most answers, `status` in hushfile's. */
export function sentence(text) {
  try {
    const told = JSON.parse(text);
    return String(told.message ?? told.status ?? "");
  } catch {
    return "";
  }
}
