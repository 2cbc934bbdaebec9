/** What every page has: buttons that copy, and times by the reader's own clock. */

import { copies } from "./copying.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

for (const button of document.querySelectorAll("button[data-copy]")) {
  copies(button, document.getElementById(button.dataset.copy));
  button.hidden = false;
}

/** Have the times in a part of the page say, when they are pointed at, what the reader's own clock said. */
export function tellTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    time.title = MOMENT.format(new Date(time.dateTime));
  }
}

tellTimes(document);
