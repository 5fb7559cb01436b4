// Step 2, Details: the sound: left out, kept, or kept with stretches that are silenced.

import { button, choice, field, make, part } from "./dom.js";
import { change, item, model } from "./model.js";
import { go } from "./player.js";
import { frameAt, notBefore, position } from "./time.js";
import { moment } from "./typed.js";
import { written } from "./wanted.js";

const SECONDS = 2; // that a new stretch lasts

function put(action, mute) {
  change(() => { item().audio = { action, mute }; });
}

function stretch(text, n, all) {
  const [from, to = ""] = text.split("..");
  const set = (a, b) => put("mute", all.map((old, i) => (i === n ? `${a}..${b}` : old)));
  const read = (v) => moment(v ?? "", model.footage, model.decided?.clock);
  const at = model.decided?.silent?.[n];
  return make("li", { class: "silent" },
    field(`silent-from-${n}`, `Silent ${n + 1}, from`, from, (v) => set(read(v), to)),
    field(`silent-to-${n}`, `Silent ${n + 1}, to`, to, (v) => set(from, read(v))),
    make("div", { class: "buttons" },
      button(`silent-from-here-${n}`, "From this frame", () => set(written.from(model.frame), to), { "aria-label": `Silent ${n + 1}: from this frame` }),
      button(`silent-to-here-${n}`, "To this frame", () => set(from, written.to(model.frame)), { "aria-label": `Silent ${n + 1}: to this frame, inclusive` }),
      at ? button(`silent-go-${n}`, "Go there", () => go(frameAt(model.footage.times, at[0])), { "aria-label": `Silent ${n + 1}: go there` }) : null,
      button(`silent-delete-${n}`, "Delete", () => put("mute", all.filter((_, i) => i !== n)), { "aria-label": `Silent ${n + 1}: delete` })));
}

function add(all) {
  const { times, end } = model.footage;
  const from = times[model.frame];
  put("mute", [...all, `${position(from)}..${notBefore(Math.min(from + SECONDS, end))}`]);
}

/** What becomes of the sound; nothing where there is none. */
export function sound() {
  if (!model.footage.audio || item().kind !== "clip") return null;
  const { action, mute } = { action: "drop", mute: [], ...item().audio };
  return part("Sound",
    choice("audio", "Other people may be heard in it", action, [["drop", "leave it out"], ["keep", "keep all of it"], ["mute", "keep it, and silence some of it"]],
      (v) => put(v, v === "mute" ? mute : [])),
    ...(action === "mute" ? [
      make("ul", { class: "list", "aria-label": "Stretches to silence" }, ...mute.map(stretch)),
      button("silence-here", "Silence from this frame", () => add(mute)),
      make("p", { class: "quiet" }, "What is silenced is not in the clip at all. Listen to all of the clip before you hand it over."),
    ] : []));
}
