/** A file on its way encrypted: a worker of its own brings it there in chunks. Loaded when somebody asks for it. */

import { Errand } from "./errand.js";
import * as server from "./server.js";

const LEFT = "Cancelled. The server could not be told, and deletes what was sent within a day. Nobody has the key.";
const NOTHING_LEFT = "Cancelled. Nothing of it is on the server.";

/**
 * @param {{file: File, filename: string, keptSeconds: number | null, limit: number | null}} order
 * @param {Record<string, (told: any) => void>} handlers as of `post`; `sent` tells {id, key, deletepassword, expires, bytes}
 * @returns {import("./posting.js").Carrier}
 */
export function encrypt(order, handlers) {
  const mimetype = order.file.type || "application/octet-stream";
  let hasSent = false;
  const errand = new Errand("sending.js", { do: "begin", mimetype, ...order }, {
    ...handlers,
    sent: (told) => handlers.sent({ ...told, bytes: order.file.size }),
    progress: (told) => {
      hasSent = told.sent > 0;
      handlers.progress(told);
    },
    stuck: ({ message }) => handlers.stuck({ message: hasSent ? `${message} What was sent so far is kept.` : message }),
    cancelled: ({ left }) => handlers.cancelled({ message: left ? LEFT : NOTHING_LEFT }),
  });
  return { again: () => errand.tell({ do: "again" }), cancel: () => errand.tell({ do: "cancel" }), end: () => errand.end() };
}

/** Delete a file again. */
export function remove(id, deletepassword) {
  return server.remove(id, deletepassword);
}
