// Which recording: a view of the folders of this machine, where none was named at the start.

import * as server from "./server.js";
import { tell } from "./model.js";

const list = document.getElementById("folder-list");
const size = (bytes) => (bytes > 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`);

function entry(text, act) {
  const button = document.createElement("button");
  button.textContent = text;
  button.addEventListener("click", () => act().catch((e) => tell("trouble", e)));
  const line = document.createElement("li");
  line.append(button);
  return line;
}

/** Shows a folder; `opened` is called when a recording is chosen. */
export async function look(path, opened) {
  const found = await server.folder(path);
  const into = (name) => () => look(`${found.path.replace(/\/$/, "")}/${name}`, opened);
  document.getElementById("folder-path").textContent = found.path;
  const lines = found.folders.map((name) => entry(`${name}/`, into(name)));
  if (found.parent) lines.unshift(entry("One folder up", () => look(found.parent, opened)));
  for (const file of found.files) {
    lines.push(entry(`${file.name} (${size(file.bytes)})`, async () => {
      await server.open([`${found.path.replace(/\/$/, "")}/${file.name}`]);
      opened();
    }));
  }
  list.replaceChildren(...lines);
  list.querySelector("button")?.focus();
}
