/** What every page has: buttons that copy, and times by the reader's own clock. */

import { copies } from "./copying.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

for (const button of document.querySelectorAll("button[data-copy]")) {
  copies(button, document.getElementById(button.dataset.copy));
  button.hidden = false;
}

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = MOMENT.format(new Date(time.dateTime));
}
