/** The options of the upload form, as this browser remembers them. */

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

  /** Set them as they were when something was last uploaded here. */
  load() {
    const stored = parsed(storage((store) => store.getItem(STORED_AS)));
    for (const [name, field] of this.fields) {
      set(field, stored[name] ?? initial(field));
    }
    this.onChange();
  }

  save() {
    const values = Object.fromEntries(this.fields.map(([name, field]) => [name, value(field)]));
    storage((store) => store.setItem(STORED_AS, JSON.stringify(values)));
  }

  /** As the page came; nothing is remembered any more. */
  reset() {
    for (const [, field] of this.fields) {
      set(field, initial(field));
    }
    storage((store) => store.removeItem(STORED_AS));
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

/** Browsers may keep nothing, and say so by throwing. */
function storage(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text ?? "{}") ?? {};
  } catch {
    return {};
  }
}
