/** How sizes, times and rates are written; as `wording.py` does it. */

const SIZES = ["KiB", "MiB", "GiB", "TiB", "PiB"];
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** Bytes for people: `1 byte`, `17 bytes`, `1.5 MiB`. */
export function size(bytes) {
  if (bytes < 1024) {
    return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  }
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < SIZES.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1).replace(/\.0$/, "")} ${SIZES[unit]}`;
}

/** A time in seconds since 1970: `21 Nov 2026, 09:47 UTC`. */
export function date(seconds) {
  return `${MOMENT.format(seconds * 1000)} UTC`;
}

/** A length of time: `10 minutes`, `1 day`, `1.5 days`, `1 year`. */
export function span(seconds) {
  const [length, unit] = [[31_536_000, "year"], [86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(
    ([each]) => seconds >= each,
  ) ?? [1, "second"];
  const count = Math.round((seconds / length) * 10) / 10;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** How long something will still take: `8 seconds left`, `2 minutes left`. */
function left(seconds) {
  const [length, unit] = [[3600, "hour"], [60, "minute"]].find(([each]) => seconds >= 1.5 * each) ?? [1, "second"];
  const count = Math.max(1, Math.round(seconds / length));
  return `${count} ${unit}${count === 1 ? "" : "s"} left`;
}

/** How far something is: `12 MiB of 200 MiB, 31.5 MiB a second, 6 seconds left`. */
export class Progress {
  constructor() {
    this.samples = [];
  }

  /** @returns {string} */
  describe(done, total, now = performance.now()) {
    this.samples.push([now, done]);
    while (now - this.samples[0][0] > 5000) {
      this.samples.shift();
    }
    const [since, before] = this.samples[0];
    const rate = ((done - before) / (now - since)) * 1000;
    const howFast =
      now - since > 500 && rate > 0 ? `, ${size(Math.round(rate))} a second, ${left((total - done) / rate)}` : "";
    return `${size(done)} of ${size(total)}${howFast}`;
  }
}
