/** age files written in letters (`age --armor`): base64 between two lines. */

const BEGINNING = "-----BEGIN AGE ENCRYPTED FILE-----";
const END = "-----END AGE ENCRYPTED FILE-----";

/**
 * An age file in bytes, in whichever of the two forms it comes.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {Promise<ReadableStream<Uint8Array>>} fails where what looks like armor is none
 */
export async function unarmored(stream) {
  const reader = stream.getReader();
  const head = await read(reader, BEGINNING.length);
  const whole = continued(head, reader);
  const isArmor = new TextDecoder().decode(head.subarray(0, BEGINNING.length)) === BEGINNING;
  return isArmor ? whole.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream(new Armor())) : whole;
}

/** At least so many bytes, if there are as many. */
async function read(reader, bytes) {
  let head = new Uint8Array(0);
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    head = joined(head, step.value);
    if (head.length >= bytes) {
      break;
    }
  }
  return head;
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** A stream of which the beginning was read already. */
function continued(head, reader) {
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(head),
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

class Armor {
  constructor() {
    this.rest = "";
    this.hasEnded = false;
  }

  transform(text, controller) {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop();
    this.#decode(lines, controller);
  }

  flush(controller) {
    this.#decode([this.rest], controller);
    if (!this.hasEnded) {
      throw new Error("armor without its end");
    }
  }

  /** Whole lines are whole groups of four letters, so they may be decoded together. */
  #decode(lines, controller) {
    let letters = "";
    for (const line of lines.map((each) => each.trimEnd())) {
      if (this.hasEnded && line !== "") {
        throw new Error("something behind the end of the armor");
      }
      this.hasEnded ||= line === END;
      letters += line === BEGINNING || line === END ? "" : line;
    }
    if (letters !== "") {
      controller.enqueue(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0)));
    }
  }
}
