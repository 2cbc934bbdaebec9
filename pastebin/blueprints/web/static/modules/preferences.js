/** The options of the upload form, as this browser remembers them. */

import { store, stored } from "./storage.js";

const STORED_AS = "pastebin.upload";
const NAMES = ["language", "expire", "limit", "private", "encrypt"];

export class Preferences {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} onChange called when they were set from here
   */
  constructor(form, onChange) {
    /** @type {[string, HTMLSelectElement | HTMLInputElement][]} those that this form has */
    this.fields = NAMES.map((name) => [name, form.elements.namedItem(name)]).filter(([, field]) => field !== null);
    this.onChange = onChange;
  }

  /** Whether one of these (all, where none is named) is not as the page came. */
  differ(names = NAMES) {
    return this.fields.some(([name, field]) => names.includes(name) && value(field) !== initial(field));
  }

  /** Whether they are what is remembered. */
  get areRemembered() {
    const kept = stored(STORED_AS);
    return kept !== null && this.fields.every(([name, field]) => value(field) === (kept[name] ?? initial(field)));
  }

  /** Set them as they were when something was last uploaded here. */
  load() {
    const kept = stored(STORED_AS) ?? {};
    for (const [name, field] of this.fields) {
      set(field, kept[name] ?? initial(field));
    }
    this.onChange();
  }

  save() {
    const values = Object.fromEntries(this.fields.map(([name, field]) => [name, value(field)]));
    store(STORED_AS, values);
  }

  /** As the page came; nothing is remembered any more. */
  reset() {
    for (const [, field] of this.fields) {
      set(field, initial(field));
    }
    store(STORED_AS, null);
    this.onChange();
  }
}

function value(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function initial(field) {
  if (field.type === "checkbox") {
    return field.defaultChecked;
  }
  return field.options ? ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value : field.defaultValue;
}

/** A choice that there is no more is left as it is. */
function set(field, wanted) {
  if (field.type === "checkbox") {
    field.checked = wanted === true;
  } else if (!field.options || [...field.options].some((option) => option.value === wanted)) {
    field.value = wanted;
  }
}
