/** A file on its way as it is: a request of its own to the API (docs/api.md). */

import { Patience } from "./patience.js";
import { Passing, Refusal } from "./refusal.js";
import { reached, failure, send } from "./requests.js";
import { checkReadable } from "./unreadable.js";

const ALL_OUT = "Cancelled. It was sent whole before, and may have arrived all the same.";
const LOST =
  "The answer got lost: the file may have arrived all the same. Trying again may upload it a second time.";
// No answer, or not the server's own word that nothing was kept.
const TELLS_NOTHING = [0, 500, 502, 504];
const NOT_ALL_OUT = "Cancelled. Nothing of it is on the server.";

/**
 * @typedef {object} Order
 * @property {File} file
 * @property {string} filename
 * @property {Record<string, string>} fields of the form: `expire`, `limit`, `private`
 * @property {string} token for `X-CSRF-Token`; empty where nobody is logged in
 *
 * @typedef {object} Carrier what brings a file to the server
 * @property {() => void} again go on, after `stuck`
 * @property {() => void} cancel
 * @property {() => void} end let go of it
 */

/**
 * @param {Order} order
 * @param {Record<string, (told: any) => void>} handlers `progress` {sent, total}, `trouble` and `stuck` {message}, and
 *   at last `sent` {told}, `failed` or `cancelled` {message}
 * @returns {Carrier}
 */
export function post(order, handlers) {
  const ended = new AbortController();
  const patience = new Patience(ended.signal, say(handlers.trouble), say(handlers.stuck));
  const total = order.file.size;
  let isOut = false;
  const note = (bytes) => {
    isOut = bytes > 0 && bytes >= total;
    handlers.progress({ sent: Math.min(bytes, total), total });
  };
  patience.until(() => attempt(order, ended.signal, note).catch((fault) => fail(fault, isOut))).then(
    (told) => handlers.sent({ told }),
    (fault) => {
      if (fault instanceof Refusal) {
        handlers.failed({ message: fault.message });
      } else {
        handlers.cancelled({ message: isOut ? ALL_OUT : NOT_ALL_OUT });
      }
    },
  );
  return { again: () => patience.again(), cancel: () => ended.abort(), end: () => {} };
}

/** Delete a file again. @throws {Refusal | import("./refusal.js").Passing} */
export async function remove({ uuid, deletion_url: link }, token) {
  const headers = { "X-Delete-Token": link.slice(link.lastIndexOf("/") + 1), ...withToken(token) };
  const answer = await reached(() => fetch(`/${uuid}`, { method: "DELETE", headers, cache: "no-store" }));
  if (!answer.ok && answer.status !== 404) {
    throw failure(answer.status, null, await answer.text().catch(() => ""));
  }
}

async function attempt({ file, filename, fields, token }, signal, onSent) {
  // Where it cannot be read the browser says what it says where the network fails.
  await checkReadable(file);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, value);
  }
  form.append("file", file, filename);
  onSent(0);
  return parsed(await send("POST", "/api/upload", form, { headers: withToken(token), signal, onSent }));
}

/** What was sent whole is not sent once more unasked: nothing would tell the second one from another file. */
function fail(fault, isOut) {
  throw isOut && fault instanceof Passing && TELLS_NOTHING.includes(fault.status) ? new Passing(LOST, Infinity) : fault;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("What answered is not this server. Load this page again.");
  }
}

function withToken(token) {
  return token ? { "X-CSRF-Token": token } : {};
}

function say(handler) {
  return (message) => handler({ message });
}
