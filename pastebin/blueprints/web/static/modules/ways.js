/** The two ways a file gets to the server: as it is, or encrypted in this browser. */

import { linksOf, linksOfEncrypted } from "./links.js";
import { post, remove } from "./posting.js";
import { drop, isRemembered, remember } from "./remembered.js";
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
    arrived: ({ told }) => {
      const links = linksOf(told);
      const isNobodys = token === "";
      if (isNobodys) {
        remember(told, links.page);
      }
      return {
        state: facts(told.size, told.expires && Date.parse(told.expires) / 1000),
        badges: [...(told.isPrivate ? ["private"] : []), ...downloads(told.limit)],
        what: { links, remove: () => remove(told, token).then(() => drop(told.uuid)) },
        isOnlyHere: () => isNobodys && !isRemembered(told.uuid),
        isRemembered: () => isNobodys && isRemembered(told.uuid),
        isPublic: !told.isPrivate && told.limit === null,
      };
    },
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
      state: facts(bytes, expires),
      badges: ["encrypted", ...downloads(rules.limit)],
      what: {
        links: linksOfEncrypted(`${location.origin}/${id}#${key}`, filename),
        password: deletepassword,
        remove: async () => (await loading).remove(id, deletepassword),
      },
      isOnlyHere: () => true,
      isRemembered: () => false,
      isPublic: false,
    }),
  };
}

function facts(bytes, expires) {
  return `${size(bytes)}, ${expires ? `kept until ${date(expires)}` : "kept until it is deleted"}`;
}

/** @param {number | null} limit */
function downloads(limit) {
  return limit ? [limit === 1 ? "1 download" : `${limit} downloads`] : [];
}
