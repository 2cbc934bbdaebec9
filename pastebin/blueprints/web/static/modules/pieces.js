/** Streams in steps of one size. */

/**
 * What a stream gives, joined into pieces of *bytes* each; the last one may be smaller. A piece is good until the next
 * one is asked for, which comes in the same memory.
 *
 * The stream is not read while nobody asks for the next piece, and is cancelled if nobody will.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} bytes
 * @returns {AsyncGenerator<Uint8Array, void>}
 */
export async function* pieces(stream, bytes) {
  const reader = stream.getReader();
  const piece = new Uint8Array(bytes);
  let used = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      for (let rest = step.value; rest.length > 0; ) {
        const fits = rest.subarray(0, bytes - used);
        piece.set(fits, used);
        used += fits.length;
        rest = rest.subarray(fits.length);
        if (used === bytes) {
          yield piece;
          used = 0;
        }
      }
    }
    if (used > 0) {
      yield piece.subarray(0, used);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
