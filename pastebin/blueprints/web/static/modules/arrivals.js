/** Files and texts that are dropped or pasted anywhere on the page. */

const MOST_OF_A_FOLDER = 1000;
const FIELDS = "input, textarea, select";

/**
 * @param {HTMLElement} cover shown while something is held over the page
 * @param {{files: (files: File[]) => void, text: (text: string) => void, problem: (words: string) => void}} handlers
 */
export function receive(cover, handlers) {
  receiveDropped(cover, handlers);
  addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    const isForField = Boolean(event.target.closest?.(FIELDS));
    // What is copied from a document comes as a text and as a picture of it.
    if (files.length > 0 && !types.includes("text/plain")) {
      event.preventDefault();
      handlers.files([...files].map(named));
    } else if (!isForField && types.includes("text/plain")) {
      event.preventDefault();
      handlers.text(event.clipboardData.getData("text/plain"));
    }
  });
}

function receiveDropped(cover, handlers) {
  const has = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => has(event) && (cover.hidden = false));
  addEventListener("dragleave", (event) => event.relatedTarget === null && (cover.hidden = true));
  addEventListener("dragover", (event) => {
    if (has(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    }
  });
  addEventListener("drop", async (event) => {
    cover.hidden = true;
    if (!has(event)) {
      return;
    }
    event.preventDefault();
    try {
      handlers.files(await filesOf(event.dataTransfer));
    } catch (fault) {
      handlers.problem(fault.message);
    }
  });
}

/** All files, those in folders too. What is dropped can be asked for only before anything is waited for. */
async function filesOf(dropped) {
  const [files, entries] = [[...dropped.files], [...dropped.items].map((item) => item.webkitGetAsEntry?.())];
  if (!entries.some((entry) => entry?.isDirectory)) {
    return files;
  }
  const found = [];
  for (const entry of entries) {
    await gather(entry, found);
  }
  return found;
}

async function gather(entry, found) {
  if (entry?.isFile) {
    found.push(await new Promise((done, fail) => entry.file(done, fail)));
  } else if (entry?.isDirectory) {
    const reader = entry.createReader();
    // A reader gives out some at a time, and at last none.
    for (let some = await read(reader); some.length > 0; some = await read(reader)) {
      for (const each of some) {
        await gather(each, found);
      }
    }
  }
  if (found.length > MOST_OF_A_FOLDER) {
    throw new Error(`This folder has more than ${MOST_OF_A_FOLDER} files. Pack it into one archive, and drop that.`);
  }
}

function read(reader) {
  return new Promise((done, fail) => reader.readEntries(done, fail));
}

/** Browsers call every pasted picture `image.png`. */
function named(file) {
  const kind = /^image\.([a-z]+)$/.exec(file.name)?.[1];
  return kind ? new File([file], `screenshot ${moment(new Date())}.${kind}`, { type: file.type }) : file;
}

function moment(now) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}.${two(now.getMinutes())}`;
}
