/** What every page has: buttons that copy, searches that send no keys, and times by the reader's own clock. */

import { copies } from "./copying.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

for (const button of document.querySelectorAll("button[data-copy]")) {
  copies(button, document.getElementById(button.dataset.copy));
  button.hidden = false;
}

// Where a whole link is pasted into a search, its key is cut off before anything reads or sends it.
for (const field of document.querySelectorAll("input[type=search]")) {
  field.addEventListener("input", () => {
    const withoutKey = field.value.replace(/^(\s*https?:\/\/[^?#]*)[?#].*$/is, "$1");
    if (withoutKey !== field.value) {
      field.value = withoutKey;
    }
  });
}

/** Have the times in a part of the page say, when they are pointed at, what the reader's own clock said. */
export function tellTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    time.title = MOMENT.format(new Date(time.dateTime));
  }
}

tellTimes(document);
