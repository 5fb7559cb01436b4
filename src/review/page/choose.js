// Which recording: a view of the folders of this machine, where none was named at the start. Several files of one recording
// are chosen together.

import * as server from "./server.js";
import { button, field, make } from "./dom.js";
import { tell } from "./model.js";

const panel = document.getElementById("folder");
const size = (bytes) => (bytes > 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes > 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`);
const day = (milliseconds) => new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(milliseconds));
/** In the order of what their names say of their beginning, else of their names, numbers counted as numbers. */
const order = (a, b) => (a.begins && b.begins ? a.begins.localeCompare(b.begins) : 0) || a.name.localeCompare(b.name, "en", { numeric: true });
const attempt = (act) => () => act().catch((e) => tell("trouble", e));

let rate = null; // frames a second, for footage that does not say

let last = ""; // the folder that was shown
const chosen = new Set(); // the files in it that are ticked

/** Shows a folder, the one that was shown last where none is named; `opened` is called when a recording is chosen. What is
 * ticked stays so, until another folder is shown. */
export async function look(opened, path = last) {
  const found = await server.folder(path);
  const full = (name) => `${found.path.replace(/\/$/, "")}/${name}`;
  if (found.path !== last) chosen.clear();
  last = found.path;
  document.getElementById("folder-path").textContent = found.path;
  const open = (names) => attempt(async () => {
    await server.open(names.map(full), rate);
    opened();
  });
  const together = make("div", { id: "together" });
  const joined = () => {
    const files = found.files.filter((f) => chosen.has(f.name)).sort(order);
    together.replaceChildren(...(files.length < 2 ? [] : [
      make("p", {}, `One recording of ${files.length} files, joined in the order of their clocks, as far as these are known; otherwise in this order: ${files.map((f) => f.name).join(", ")}`),
      button("open-together", "Open these files as one recording", open(files.map((f) => f.name)), { class: "main" })]));
  };
  const file = (f, n) => make("li", {},
    make("input", { type: "checkbox", id: `with-${n}`, checked: chosen.has(f.name), "aria-label": `${f.name}: part of a recording of several files`, change: (e) => {
      if (e.target.checked) chosen.add(f.name);
      else chosen.delete(f.name);
      joined();
    } }),
    button(null, f.name, open([f.name])),
    make("span", { class: "facts" }, `${size(f.bytes)}, ${f.begins ? `begins ${f.begins.replace("T", " ")} by its name` : `written ${day(f.modified)}`}${f.begun ? ", work begun" : ""}`));
  const into = (name, to) => make("li", {}, button(null, name, attempt(() => look(opened, to))));
  const [likely, other] = [true, false].map((is) => found.files.filter((f) => f.recording === is).sort(order));
  const without = attempt(async () => {
    const reference = document.getElementById("answer-reference").value.trim();
    if (!reference) throw new Error("The reference is missing. Write it into the field above this button, for example SAR-2026-014");
    await server.answer(found.path, reference);
    opened();
  });
  panel.replaceChildren(
    make("ul", { id: "folder-list", "aria-label": "Folders and recordings" },
      ...(found.parent ? [into("One folder up", found.parent)] : []),
      ...found.folders.map((name) => into(`${name}/`, full(name))), ...likely.map(file)),
    together,
    make("details", { open: !likely.length && other.length > 0 }, make("summary", {}, `Other files (${other.length})`),
      make("ul", { "aria-label": "Other files" }, ...other.map((f, n) => file(f, likely.length + n)))),
    make("details", {}, make("summary", {}, "The recording does not say how fast it is"),
      field("rate", "Pictures a second, as the recorder made them (never guess: times depend on it)", rate, (v) => { rate = v; }, { placeholder: "25" })),
    make("details", {}, make("summary", {}, "There is no recording, or none is to be handed over"),
      make("p", {}, "The answer is recorded all the same, with a notice for the requester. Your work is saved in this folder."),
      field("answer-reference", "Your reference for the request", "", () => {}, { placeholder: "SAR-2026-014" }),
      button("answer-without", "Answer without a recording", without)));
  joined();
  panel.querySelector("button")?.focus();
}
