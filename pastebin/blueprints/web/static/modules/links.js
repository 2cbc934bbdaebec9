/** The links to what was uploaded, ready to be copied. */

export const DELETION = "Deletion link";

/**
 * @typedef {object} Links
 * @property {string} page the one to give away: there people see the file with its name, and chats show what it is
 * @property {[string, string][]} more others, each with its label
 * @property {string} hint who can open them
 */

/** @param {any} told the API's answer to an upload @returns {Links} */
export function linksOf(told) {
  const key = new URL(told.url).search;
  const page = `${told.urls.base}view/${told.uuid}${key}`;
  const isImage = told.type.startsWith("image/") && told.limit === null;
  const login = told.isPrivate && !key ? "-H 'Authorization: Bearer KEY' " : "";
  return {
    page,
    more: [
      ["Direct link", told.url],
      ["Markdown", isImage ? `!${markdown(told.filename, told.url)}` : markdown(told.filename, page)],
      ["curl", `curl ${login}-o ${quoted(told.filename)} ${quoted(told.url)}`],
      [DELETION, told.deletion_url],
    ],
    hint: hintFor(told, key),
  };
}

/** @param {string} link with the key behind `#` @param {string} filename @returns {Links} */
export function linksOfEncrypted(link, filename) {
  return {
    page: link,
    more: [["Markdown", markdown(filename, link)]],
    hint: "Whoever has it can read the file. The part behind # is the key.",
  };
}

function hintFor(told, key) {
  if (told.limit !== null) {
    return "Each download counts, also one by the direct link. A look at the page does not.";
  }
  if (key) {
    return "Whoever has it can open the file: the key is a part of it.";
  }
  return told.isPrivate ? "Only you can open it, while you are logged in." : "Anyone who has it can open the file.";
}

function markdown(name, url) {
  return `[${name.replace(/[\\[\]`*_<>&!]/g, "\\$&")}](${url})`;
}

/** As a shell takes it for one word. */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
