// Step 2, Details: which time: of a clip, of single pictures, and the clock that times of day are read by.

import { button, choice, field, make, part } from "./dom.js";
import { change, item, model, tell } from "./model.js";
import { notBefore, position } from "./time.js";
import { fast, moment, reading } from "./typed.js";

const set = (key) => (value) => change(() => { item()[key] = value; });
const read = (typed) => moment(typed, model.footage, model.decided?.clock);
const kept = { clip: {}, still: {} }; // what was wanted of each kind before the other one was chosen

/** Makes the item a clip or stills, with the times that go with that. To be called in a change. */
export function kind(wanted) {
  const it = item();
  if (it.kind === wanted) return;
  kept[it.kind] = it.kind === "clip" ? { from: it.from, to: it.to } : { from: it.from, to: it.to, at: it.at, every: it.every };
  const whole = { from: "00:00:00.000", to: notBefore(model.footage.end) };
  const fresh = wanted === "clip" ? { ...whole, at: [], every: null } : { from: null, to: null, at: [], every: null };
  Object.assign(it, fresh, kept[wanted], { kind: wanted });
  if (wanted === "still") it.audio = null;
}

/** A field for a time, with the buttons that set it. */
function time(id, words, value, put, ...buttons) {
  return [field(id, words, value, (v) => put(v && read(v))), make("div", { class: "buttons" }, ...buttons)];
}

/** The instant at which a frame begins, and the one after it, as they are written. */
export const written = { from: (frame) => position(model.footage.times[frame]), to: (frame) => notBefore(model.footage.times[frame + 1] ?? model.footage.end) };

/** The window begins in this frame. */
export const beginHere = () => item().from != null && change(() => { item().from = written.from(model.frame); });
/** The window ends with this frame. */
export const endHere = () => item().to != null && change(() => { item().to = written.to(model.frame); });

function window_() {
  const it = item();
  return [
    ...time("from", "From", it.from, set("from"), button("from-here", "From this frame", () => set("from")(written.from(model.frame)), { title: "I" })),
    ...time("to", "To (what is shown at this instant is no longer in it)", it.to, set("to"), button("to-here", "Up to this frame, inclusive", () => set("to")(written.to(model.frame)), { title: "O" })),
  ];
}

function pictures() {
  const it = item();
  const series = it.every != null;
  const how = (v) => change(() => Object.assign(it, v === "every"
    ? { at: [], every: "1", from: "00:00:00.000", to: notBefore(model.footage.end) } : { every: null, from: null, to: null }));
  return [
    choice("pictures", "Which", series ? "every" : "at", [["at", "at certain times"], ["every", "at an interval"]], how),
    ...(series ? [field("every", "Every so many seconds", it.every, (v) => set("every")(v ?? "")), ...window_()]
      : [field("at", "When, one or several, with commas between", it.at.join(", "), (v) => set("at")((v ?? "").split(",").filter((t) => t.trim()).map(read))),
        make("div", { class: "buttons" }, button("at-here", "Add this frame", () => set("at")([...it.at, written.from(model.frame)])))]),
  ];
}

/** What part of the recording is handed over. */
export function wanted() {
  const it = item();
  const asked = model.decided?.asked;
  const joined = model.footage.parts.length > 1 ? make("p", { class: "quiet", id: "joined" }, `The recording is joined in this order: ${model.footage.parts.join(", ")}.`) : null;
  return part("Which time", joined, ...(it.kind === "still" ? pictures() : window_()),
    asked ? make("p", { class: "quiet", id: "asked" }, `That is ${position(asked[0])} to ${position(asked[1])} into the recording.`) : null,
    field("camera", "Camera (the requester reads it)", it.camera, set("camera")));
}

/** What the recorder's clock showed. */
export function clock() {
  const it = item();
  const c = it.clock ?? {};
  const put = (key) => (value) => change(() => {
    it.clock = { start: null, zone: null, error_seconds: null, ...it.clock, [key]: value };
    if (!it.clock.start && !it.clock.zone && it.clock.error_seconds == null) it.clock = null;
  });
  const { filename, container } = model.footage.clocks;
  const accept = (id, name, found, words) => (found ? button(id, `${words} says ${found}: take that`, () => put("start")(name), { "aria-pressed": String(c.start === name) }) : null);
  return part("Clock",
    make("p", { class: "quiet" }, "Read the clock in the very first picture."),
    field("clock-start", "It shows (2026-10-12T09:00:00)", c.start, (v) => put("start")(v && reading(v))),
    make("div", { class: "buttons" }, accept("clock-filename", "filename", filename, "The file's name"), accept("clock-container", "container", container, "The file itself")),
    field("clock-error", "It is fast by so many seconds (-42 where slow)", c.error_seconds, (v) => {
      const seconds = v && fast(v);
      if (Number.isNaN(seconds)) tell("trouble", { message: "By how much the clock is off is a number of seconds: 42 where it is fast, -42 where it is slow." });
      else put("error_seconds")(seconds);
    }),
    field("clock-zone", "Time zone", c.zone, put("zone"), { placeholder: "Europe/London" }));
}
