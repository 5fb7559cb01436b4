// Elements in a line each, so that the panels read like what they show. Text is only ever text.

/** An element with attributes (functions are listeners) and children. */
export function make(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  for (const [key, value] of Object.entries(attributes)) {
    if (value == null) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((c) => c != null));
  return made;
}

/** A button. */
export const button = (id, text, click, more = {}) => make("button", { id, type: "button", click, ...more }, text);

/** Puts new contents into a panel, and the focus back to where it was, with what was selected there. */
export function fill(panel, ...children) {
  const at = document.activeElement;
  const focused = panel.contains(at) ? at.id : "";
  const { selectionStart, selectionEnd, selectionDirection } = at; // of text; a date has none
  const top = panel.scrollTop;
  panel.replaceChildren(...children.filter((c) => c != null));
  panel.scrollTop = top;
  const again = focused && document.getElementById(focused);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (selectionStart != null && again.selectionStart != null) again.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
}

/** Draws a panel soon: after the focus has moved on, and not while somebody is typing in it. One that is hidden is drawn
 * once it is shown, so that moving a box draws no long lists that nobody sees. */
export function soon(panel, draw) {
  let due = false;
  let stale = false; // it is to be drawn, and was hidden
  const now = () => {
    due = false;
    stale = panel.hidden;
    if (stale) return;
    const at = document.activeElement;
    const typing = panel.contains(at) && at.matches("input") && !["checkbox", "radio", "file"].includes(at.type);
    if (typing && at.value !== at.defaultValue) at.addEventListener("blur", later, { once: true });
    else draw();
  };
  const later = () => {
    if (!due) setTimeout(now, 0);
    due = true;
  };
  panel.addEventListener("shown", () => stale && now());
  return later;
}

/** A control below its words. */
export const labelled = (words, control) => make("label", { class: "field" }, make("span", {}, words), control);

/** A labelled field; `set` gets what was entered. */
export function field(id, words, value, set, more = {}) {
  const entry = make("input", { id, value: String(value ?? ""), autocomplete: "off", change: (e) => set(e.target.value.trim() || null), ...more });
  return labelled(words, entry);
}

/** A labelled choice of [value, words] pairs. */
export function choice(id, words, value, options, set) {
  const entry = make("select", { id, change: (e) => set(e.target.value) },
    ...options.map(([v, w]) => make("option", { value: v, selected: v === value }, w)));
  return labelled(words, entry);
}

/** A labelled tick; `set` gets whether it is there. */
export function tick(id, words, checked, set) {
  const entry = make("input", { id, type: "checkbox", checked, change: (e) => set(e.target.checked) });
  return make("label", { class: "row" }, entry, words);
}

/** A labelled file to be chosen. */
export function file(id, words, take, more = {}) {
  const entry = make("input", { id, type: "file", change: (e) => e.target.files[0] && take(e.target.files[0]), ...more });
  return labelled(words, entry);
}

/** Fields that belong together. */
export const part = (name, ...children) => make("fieldset", {}, make("legend", {}, name), ...children);

/** What is wrong and what to do about it, as the program says them, in sentences. */
export function sentences(error) {
  const parts = [error.what ?? error.message, error.hint].filter(Boolean);
  // The first may begin with a file's name, which stays as it is.
  const said = parts.map((words, i) => (i ? `${words[0].toUpperCase()}${words.slice(1)}` : words));
  return said.map((words) => (/[.!?]$/.test(words) ? words : `${words}.`)).join(" ");
}

/** The same, in its own place. */
export const refusal = (error) => make("p", { class: "bad", role: "status" }, sentences(error));

/** Has a screen reader say something, once. */
export function announce(words) {
  const region = document.getElementById("said");
  if (region.textContent !== words) region.textContent = words;
}
