/** Files that were changed, moved or deleted after they were chosen: browsers then give no more of them. */

import { Refusal } from "./refusal.js";

const UNREADABLE =
  "The file cannot be read any more: it was changed, moved or deleted since it was chosen. Choose it again.";

/** @returns {string} what to tell people of what went wrong */
export function describe(fault) {
  return fault instanceof DOMException && fault.name.startsWith("Not") ? UNREADABLE : fault.message;
}

/** @param {File} file @throws {Refusal} it cannot be read */
export async function checkReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Refusal(UNREADABLE);
  }
}
