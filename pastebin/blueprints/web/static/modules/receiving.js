/**
 * The worker that fetches a file and decrypts it.
 *
 * Takes `{do: "open", id, secret}`, or `{do: "fetch", id, secret, filesize}`; then `{do: "again"}`. Tells `opened`
 * {metadata, info}, or `progress` {received, total} and at last `received` {blob}; `trouble`, `stuck` and `failed`
 * {message, kind}. It is ended to cancel it.
 */

import { asAltered, decrypt } from "./age.js";
import { unseal } from "./metadata.js";
import { Patience } from "./patience.js";
import { pieces } from "./pieces.js";
import { Refusal } from "./refusal.js";
import { reached } from "./requests.js";
import * as server from "./server.js";
import { Advance, tell } from "./telling.js";
import { size } from "./words.js";

const PIECE_BYTES = 1024 * 1024;
const NO_ROOM =
  "This browser has no room for the file: it keeps the whole on disk before you can save it. Make some room, and try " +
  "once more; or use curl and age, as below.";

const ended = new AbortController();
const patience = new Patience(ended.signal, tell("trouble"), tell("stuck"));

self.onmessage = async ({ data }) => {
  if (data.do === "again") {
    patience.again();
    return;
  }
  try {
    self.postMessage(await (data.do === "open" ? open(data) : receive(data)));
  } catch (fault) {
    ended.abort();
    self.postMessage({ is: "failed", message: fault.message, kind: fault.kind });
  }
};

async function open({ id, secret }) {
  const info = await patience.until(() => server.info(id, ended.signal));
  const sealed = await patience.until(async () => {
    const answer = await server.get(id, "metadata", ended.signal);
    return new Uint8Array(await reached(() => answer.arrayBuffer()));
  });
  return { is: "opened", info, metadata: await unseal(sealed, secret, id) };
}

async function receive({ id, secret, filesize }) {
  const info = await patience.until(() => server.info(id, ended.signal));
  const plaintext = await decrypt(new Ciphertext(id, info).stream(), secret);
  const blob = await collect(plaintext);
  if (filesize !== null && blob.size !== filesize) {
    throw new Refusal(
      `What arrived is genuine, but it is not the whole: it has ${size(blob.size)}, and its sender wrote down ` +
        `${size(filesize)}. Nothing of it was saved. Ask whoever sent it to upload it again.`,
      "altered",
    );
  }
  return { is: "received", blob };
}

/**
 * The whole of a stream, without holding it in memory: as an answer's body it goes where browsers keep those, to disk.
 * (Blobs that are made piece by piece and joined they keep in memory.)
 *
 * Of no type that a browser would show: a blob is on this site, whatever is in it.
 */
async function collect(plaintext) {
  const source = new Source(plaintext);
  try {
    return await new Response(source.stream(), { headers: { "Content-Type": "application/octet-stream" } }).blob();
  } catch {
    throw source.fault ? asAltered(source.fault) : new Refusal(NO_ROOM);
  }
}

/** A stream in larger steps, which remembers why it failed: who makes a blob of it is not told. */
class Source {
  constructor(stream) {
    this.pieces = pieces(stream, PIECE_BYTES);
    this.fault = null;
  }

  stream() {
    return new ReadableStream({ pull: (controller) => this.#pull(controller) }, { highWaterMark: 0 });
  }

  async #pull(controller) {
    try {
      const { done, value } = await this.pieces.next();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value.slice());
      }
    } catch (fault) {
      this.fault = fault;
      controller.error(fault);
    }
  }
}

class Ciphertext {
  constructor(id, info) {
    this.id = id;
    this.info = info;
    this.received = 0;
    this.advance = new Advance();
    this.hasBegun = false;
  }

  /** All chunks, one after the other, no faster than they are decrypted. */
  stream() {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    this.#fetchAll(writer).then(
      () => writer.close(),
      (fault) => writer.abort(fault),
    ).catch(() => {});  // whoever reads it hears of it
    return readable;
  }

  async #fetchAll(writer) {
    for (const index of this.info.chunks) {
      await this.#fetchChunk(index, writer);
    }
  }

  /** Where the network broke off within a chunk, what was given on already is passed over the next time. */
  async #fetchChunk(index, writer) {
    let given = 0;
    await patience.until(async () => {
      const reader = (await this.#ask(index)).body.getReader();
      for (let toPass = given; ; ) {
        const step = await reached(() => reader.read(), ended.signal);
        if (step.done) {
          return;
        }
        const fresh = step.value.subarray(toPass);
        toPass -= step.value.length - fresh.length;
        if (fresh.length > 0) {
          given += fresh.length;
          await writer.ready;
          await writer.write(fresh);
          this.#note(fresh.length);
        }
      }
    });
  }

  async #ask(index) {
    try {
      const answer = await server.get(this.id, index, ended.signal);
      this.hasBegun = true;
      return answer;
    } catch (fault) {
      throw this.#asSpent(fault);
    }
  }

  #asSpent(fault) {
    if (!this.hasBegun || this.info.limit === null || !(fault instanceof Refusal) || fault.kind !== "gone") {
      return fault;
    }
    return new Refusal(
      `Its downloads are used up. This file may be downloaded ${times(this.info.limit)}, and an attempt that breaks ` +
        "off counts as one. Ask whoever sent it to upload it again.",
      "gone",
    );
  }

  #note(bytes) {
    this.received += bytes;
    this.advance.tell(() => ({ received: this.received, total: this.info.totalsize }));
  }
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}
