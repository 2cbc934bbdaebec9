/** The two ways a file gets to the server: as it is, or encrypted in this browser. */

import { linksOf, linksOfEncrypted } from "./links.js";
import { post, remove } from "./posting.js";
import { date, size } from "./words.js";

/**
 * @param {Record<string, string>} fields of the form
 * @param {string} token for `X-CSRF-Token`; empty where nobody is logged in
 * @returns {import("./parcel.js").Way}
 */
export function plain(fields, token) {
  return {
    name: "plain",
    verb: "Uploading",
    doing: "Uploading",
    done: "uploaded",
    carry: async (file, filename, handlers) => post({ file, filename, fields, token }, handlers),
    arrived: ({ told }) => ({
      state: facts(told.size, told.expires && Date.parse(told.expires) / 1000, told.limit),
      what: { links: linksOf(told), remove: () => remove(told, token) },
      isOnlyHere: token === "",
    }),
  };
}

/**
 * @param {{keptSeconds: number | null, limit: number | null}} rules
 * @returns {import("./parcel.js").Way}
 */
export function encrypted(rules) {
  // Only who asks for it loads it, and the one who waited for its turn has it at once.
  const loading = import("./encrypting.js");
  loading.catch(() => {});
  return {
    name: "encrypted",
    verb: "Encrypting",
    doing: "Encrypting and uploading",
    done: "encrypted and uploaded",
    carry: async (file, filename, handlers) => (await loading).encrypt({ file, filename, ...rules }, handlers),
    arrived: ({ id, key, deletepassword, expires, bytes }, filename) => ({
      state: facts(bytes, expires, rules.limit),
      what: {
        links: linksOfEncrypted(`${location.origin}/${id}#${key}`, filename),
        password: deletepassword,
        remove: async () => (await loading).remove(id, deletepassword),
      },
      isOnlyHere: true,
    }),
  };
}

function facts(bytes, expires, limit) {
  const kept = expires ? `kept until ${date(expires)}` : "kept until it is deleted";
  return `${size(bytes)}, ${kept}${limit ? `, for ${limit === 1 ? "one download" : `${limit} downloads`}` : ""}`;
}
