/** What this browser keeps for these pages. Browsers may keep nothing, and say so by throwing. */

/**
 * @param {string} name
 * @returns {any} what was kept under it; null where there is nothing that can be read
 */
export function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value null for nothing any more @returns {boolean} whether it is kept */
export function store(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(name);
    } else {
      localStorage.setItem(name, JSON.stringify(value));
    }
    return true;
  } catch {
    return false;
  }
}
