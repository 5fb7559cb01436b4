// What the work comes to: what stands in the way, with the place and the button that would settle it; what to look at again.

import { button, make, refusal } from "./dom.js";
import { choices } from "./gaps.js";
import { change, item, listen, model, tell } from "./model.js";
import { go } from "./player.js";
import { nothing } from "./record.js";
import { frameAt, length, position } from "./time.js";

const MOST = 20; // places that are listed
const damaged = new Set(); // frames that were seen to be
const place = (seconds) => frameAt(model.footage.times, seconds);

const coverDamage = () => change(() => { item().damaged = "cover"; });

function mark(spot) {
  document.getElementById("tab-mark").click();
  model.chosen = spot.track;
  tell("chosen");
  go(place(spot.from));
}

function there(id, n, spot) {
  const time = `${position(spot.from)} to ${position(spot.to)}`;
  const own = `${id}-${n}`;
  if (spot.what === "damage") {
    return make("li", {}, button(own, `Damaged from ${time}`, () => go(place(spot.from))));
  }
  return make("li", {}, button(own, `${spot.track} is unmarked from ${time}`, () => go(place(spot.from))),
    make("div", { class: "buttons" }, ...choices(own, spot),
      button(`${own}-mark`, "Mark them", () => mark(spot), { "aria-label": `${spot.track}, ${time}: mark them` })));
}

/** A button to the step, or the part of Details, that an advice begins with. */
function way(id, advice) {
  const named = /^(?:Details, ([^:]+)|step 1)/.exec(advice ?? "");
  if (!named) return null;
  const tab = document.getElementById(named[1] ? "tab-details" : "tab-mark");
  return button(id, `Go to ${named[1] ?? "step 1, Mark"}`, () => {
    tab.click();
    const legends = [...document.querySelectorAll("#step-details legend")];
    if (named[1]) legends.find((l) => l.textContent === named[1])?.parentElement.querySelector("input, select")?.focus();
  });
}

/** What is wrong, what to do, every place that it is about, and what would settle it there. `id` sets it apart from
 * others in the page. */
export function refused(id, error) {
  const spots = error.spots ?? [];
  const more = spots.length > MOST ? make("li", { class: "quiet" }, `and ${spots.length - MOST} more`) : null;
  return make("div", { class: "refused" }, refusal(error), way(`${id}-way`, error.hint),
    spots.length ? make("ul", { class: "list", "aria-label": "Where" }, ...spots.slice(0, MOST).map((s, n) => there(id, n, s)), ...[more].filter(Boolean)) : null,
    spots.some((s) => s.what === "damage") && item().damaged !== "cover"
      ? button(`${id}-cover-damage`, "Cover the whole picture where it is damaged", coverDamage) : null);
}

/** The damage that a run was stopped by, as if it had been seen. */
export function found(spots) {
  for (const spot of (spots ?? []).filter((s) => s.what === "damage")) {
    for (let frame = place(spot.from); frame <= place(spot.to - 1e-5); frame += 1) damaged.add(frame);
  }
  tell("damage");
}

/** First and last of frames that follow one another. */
function runs(frames) {
  const found = [];
  for (const frame of [...frames].sort((a, b) => a - b)) {
    if (found.at(-1)?.[1] === frame - 1) found.at(-1)[1] = frame;
    else found.push([frame, frame]);
  }
  return found;
}

/** Damage that was seen in the time that is handed over, while it stops the run. */
function seenDamage() {
  if (nothing() || item().damaged === "cover") return [];
  const [first, last] = model.decided.window ?? [];
  const wanted = runs([...damaged].filter((f) => f >= first && f <= last));
  if (!wanted.length) return [];
  const times = model.footage.times;
  return [...wanted.slice(0, MOST).map(([a], n) => make("li", {}, button(`damage-${n}`, `${position(times[a])} the recording is damaged here: that stops the run`, () => go(a)))),
    make("li", {}, button("damage-cover", "Cover the whole picture where it is damaged", coverDamage))];
}

/** How much is handed over: pictures, or frames and the time that they take. */
export function amount() {
  const { frames, window: [first, last] } = model.decided;
  if (item().kind === "still") return `${frames} ${frames === 1 ? "picture" : "pictures"}`;
  const { times, end } = model.footage;
  return `${frames} frames (${length((times[last + 1] ?? end) - times[first])})`;
}

/** What the request and the tracks come to now. */
export function verdict() {
  const d = model.decided;
  if (!d) return null;
  const times = model.footage?.times;
  const wrong = d.record.error ? refused("verdict-record", d.record.error) : null;
  const lines = (d.warnings ?? []).concat(d.record.warnings).map((w) => make("li", { class: "warn" }, w));
  if (d.error) return make("div", {}, refused("verdict", d.error), wrong, make("ul", { class: "list" }, ...seenDamage(), ...lines));
  const links = d.concerns.map((c) => make("li", {}, button(null, `${position(times[c.frame])} ${c.what}`, () => go(c.frame))));
  const missing = d.missing.map((m) => make("li", {}, button(null, `Missing from ${position(m.from)} to ${position(m.to)}: ${m.why}`, () => go(place(Math.max(0, m.from))))));
  const said = d.nothing ? "Nothing is handed over: the answer is recorded, with a notice for the requester." : `${amount()} would be handed over.`;
  return make("div", {}, wrong, make("p", { class: wrong ? null : "good" }, said),
    make("ul", { class: "list", id: "concerns", "aria-label": "To look at" }, ...links, ...missing, ...seenDamage(), ...lines));
}

listen((what, more) => {
  if (what === "begin") damaged.clear();
  if (what !== "picture" || !more.damaged || damaged.has(more.frame)) return;
  damaged.add(more.frame);
  tell("damage");
});
