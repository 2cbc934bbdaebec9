/** What somebody who is logged in asks of this server. It ends with an Error whose message is for people where it does not work. */

const LOGGED_OUT = "You are logged out. Load this page again, and log in.";
const UNREACHABLE = "The server cannot be reached. Look at your connection, and try again.";

/**
 * @param {string} url
 * @param {RequestInit} options
 * @param {number[]} accepted statuses that are no failure, beside those that say so themselves
 * @returns {Promise<Response>}
 */
export async function ask(url, options = {}, accepted = []) {
  const answer = await reach(url, { headers: { Accept: "application/json" }, ...options });
  if (answer.ok || accepted.includes(answer.status)) {
    return answer;
  }
  // Pages lead to the login (a redirect that is not followed has no status), the API says 401.
  const isLoggedOut = answer.type === "opaqueredirect" || answer.status === 401;
  throw new Error(isLoggedOut ? LOGGED_OUT : await reason(answer));
}

async function reach(url, options) {
  try {
    return await fetch(url, { redirect: "manual", ...options });
  } catch {
    options.signal?.throwIfAborted();
    throw new Error(UNREACHABLE);
  }
}

async function reason(answer) {
  try {
    const told = await answer.json();
    return told.message || told.error || unexpected(answer);
  } catch {
    return unexpected(answer);
  }
}

function unexpected(answer) {
  return `The server could not do it (${answer.status}). Try again in a moment.`;
}
