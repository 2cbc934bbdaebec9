/**
 * The worker that encrypts a file and uploads it.
 *
 * Takes `{do: "begin", file, filename, mimetype, keptSeconds, limit}`, `{do: "again"}`, `{do: "cancel"}`. Tells
 * `progress` {sent, total}, `trouble` and `stuck` {message}, and at last `sent` {id, key, deletepassword, expires},
 * `failed` {message} or `cancelled` {left}.
 */

import { encrypterFor, generateKey } from "./age.js";
import { seal } from "./metadata.js";
import { Patience } from "./patience.js";
import { pieces } from "./pieces.js";
import { Refusal } from "./refusal.js";
import * as server from "./server.js";
import { Advance, tell } from "./telling.js";
import { describe } from "./unreadable.js";
import { size } from "./words.js";

const CHUNK_BYTES = 8 * 1024 * 1024;
const MOST_AT_ONCE = 3;
// Whoever cancels is told how it went, and the next file waits: also where the network swallows what is sent.
const TAKING_BACK_MS = 8000;

const ended = new AbortController();
const patience = new Patience(ended.signal, tell("trouble"), tell("stuck"));

self.onmessage = ({ data }) => {
  if (data.do === "begin") {
    run(data);
  } else if (data.do === "again") {
    patience.again();
  } else {
    ended.abort(new DOMException("Cancelled by its user.", "AbortError"));
  }
};

async function run(order) {
  const upload = new Upload(order);
  try {
    self.postMessage({ is: "sent", ...(await upload.run()) });
  } catch (fault) {
    const isCancelled = ended.signal.aborted && !(fault instanceof Refusal);
    ended.abort();
    const left = await upload.takeBack();
    self.postMessage(isCancelled ? { is: "cancelled", left } : { is: "failed", message: describe(fault) });
  }
}

class Upload {
  constructor(order) {
    this.order = order;
    this.signal = ended.signal;
    this.deletepassword = randomPassword();
    this.id = null;
    this.sent = new Map();
    this.advance = new Advance();
  }

  async run() {
    const bounds = await patience.until(() => server.bounds(this.signal));
    const key = await generateKey();
    const encrypter = await encrypterFor(key);
    const ciphertext = await encrypter.encrypt(this.order.file.stream());
    this.total = ciphertext.size(this.order.file.size);
    this.#checkFits(bounds);
    const expires = await this.#begin(bounds);
    const metadata = await seal({ ...this.order, filesize: this.order.file.size }, encrypter);
    await this.#put("metadata", new Blob([metadata]));
    const chunks = await this.#sendAll(ciphertext, Math.min(CHUNK_BYTES, bounds.chunkBytes, this.total));
    await patience.until(() => server.finish(this.id, this.uploadpassword, chunks, this.signal));
    return { id: this.id, key, deletepassword: this.deletepassword, expires };
  }

  /** Delete what was sent. Returns whether something may be left of it on the server. */
  async takeBack() {
    if (this.id === null) {
      return false;
    }
    const patient = AbortSignal.timeout(TAKING_BACK_MS);
    return server.remove(this.id, this.deletepassword, patient).then(() => false, () => true);
  }

  #checkFits({ fileBytes }) {
    if (this.total > fileBytes) {
      throw new Refusal(`It is too large: encrypted it has ${size(this.total)}, and this server takes ${size(fileBytes)}.`);
    }
  }

  /** Returns when the file will expire, seconds since 1970, by the server's clock. */
  async #begin({ now, retentionSeconds }) {
    const { keptSeconds, limit } = this.order;
    const expires = Math.floor(now + (keptSeconds ?? retentionSeconds));
    const rules = { deletepassword: this.deletepassword };
    if (keptSeconds !== null) {
      rules.expire = expires;
    }
    if (limit !== null) {
      rules.limit = limit;
    }
    const begun = await patience.until(() => server.begin(rules, this.signal));
    this.id = begun.id;
    this.uploadpassword = begun.uploadpassword;
    return expires;
  }

  /** Encrypt the next chunk while the ones before it are on their way. Returns the indexes of all. */
  async #sendAll(ciphertext, chunkBytes) {
    const chunks = [];
    const underWay = new Set();
    let failed = null;
    for await (const chunk of pieces(ciphertext, chunkBytes)) {
      const index = chunks.length;
      chunks.push(index);
      // A blob: its bytes are the browser's to keep, beside this worker's memory, until they have arrived.
      const sending = this.#put(index, new Blob([chunk]))
        .catch((fault) => (failed ??= fault))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
      if (underWay.size >= MOST_AT_ONCE) {
        await Promise.race(underWay);
      }
      if (failed) {
        throw failed;
      }
    }
    await Promise.all(underWay);
    if (failed) {
      throw failed;
    }
    return chunks;
  }

  #put(piece, blob) {
    return patience.until(async () => {
      await server.put(this.id, piece, this.uploadpassword, blob, this.signal, (sent) => this.#note(piece, sent));
      this.#note(piece, blob.size);
    });
  }

  #note(piece, bytes) {
    if (piece === "metadata") {
      return;
    }
    this.sent.set(piece, bytes);
    this.advance.tell(() => ({ sent: [...this.sent.values()].reduce((sum, each) => sum + each, 0), total: this.total }));
  }
}

/** 192 random bits, in characters that need no escaping in a URL. */
function randomPassword() {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
