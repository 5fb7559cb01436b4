// The timeline: the recording or a part of it, with gaps, everybody's presence, key frames of the chosen one, what is to be
// looked at, what is silenced, the time that is handed over, and where we are. What changes with every frame is a line of
// its own, so that playing paints nothing else.

import { begin, follow, hours, scroll, toFrame, toPixel, view, whole, zoom } from "./axis.js";
import { placeOf } from "./boxes.js";
import { make } from "./dom.js";
import { change, item, listen, model, role } from "./model.js";
import { go, pause } from "./player.js";
import { frameAt, position, wall } from "./time.js";
import { written } from "./wanted.js";

const box = document.getElementById("timeline");
const canvas = document.getElementById("line");
const bar_ = document.getElementById("line-scroll");
const now = box.appendChild(make("div", { id: "now" }));
const HEAD = 24; // pixels of the hours, the window and the stretches
const FOOT = 8; // pixels of what is silenced
const GRIP = 7; // pixels around an end of the window at which it can be taken hold of

let due = false; // a painting
let drag = null; // an end of the window that is moved: which, and to which frame
let width = 0;

const frames = () => model.footage.times.length;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

/** The first of sorted things that is not wholly before a frame. */
function firstFrom(list, last, frame) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (last(list[middle]) < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bars for what of a sorted list is in view; those that fall on the same pixels as the one before are left out. */
function bars(c, list, span, y, height, fill) {
  let done = -1;
  for (let i = firstFrom(list, (one) => span(one)[1], view.from); i < list.length; i += 1) {
    const [from, to] = span(list[i]);
    if (from > view.to) return;
    const left = toPixel(from, width);
    const right = Math.max(left + 2, toPixel(to + 1, width));
    if (right < done) continue;
    c.fillStyle = typeof fill === "function" ? fill(list[i]) : fill;
    c.fillRect(left, y, right - left, height);
    done = Math.floor(right) - 1;
  }
}

/** Marks for the key frames in view, one a pixel at most. */
function keys(c, track, y, height) {
  const all = track.keyframes;
  const place = (key) => placeOf(model.footage, key);
  for (let i = firstFrom(all, place, view.from); i < all.length && place(all[i]) < view.to;) {
    const x = Math.floor(toPixel(place(all[i]), width));
    c.fillRect(x, y, 2, height);
    i = Math.max(i + 1, firstFrom(all, place, toFrame(x + 3, width)));
  }
}

/** First and last frames of the time that is handed over, with the end that is being moved where it is now. */
function span() {
  const [first, last] = model.decided?.window ?? [];
  // Between single pictures nothing is handed over.
  if (first == null || item().kind === "still") return null;
  return drag ? { from: [drag.frame, last], to: [first, drag.frame] }[drag.which] : [first, last];
}

function paint() {
  due = false;
  if (!model.footage) return;
  const ratio = devicePixelRatio;
  width = canvas.clientWidth;
  const h = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = h * ratio;
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  const { times, gaps } = model.footage;
  const decided = model.decided ?? {};
  c.fillStyle = colour("--bars");
  c.fillRect(0, 0, width, HEAD);
  const wanted = span();
  if (wanted) {
    bars(c, [wanted], (w) => w, 0, HEAD, colour("--soft"));
    c.fillStyle = colour("--act");
    for (const edge of grips()) c.fillRect(edge.x - 2, 0, 4, HEAD);
  }
  bars(c, gaps, ([from]) => [frameAt(times, from) + 1, frameAt(times, from) + 1], 0, h, colour("--bad"));
  const seen = new Set(model.checks.looked_at);
  const [good, warn] = [colour("--good"), colour("--warn")];
  bars(c, decided.stretches ?? [], (s) => [s.first, s.last], HEAD - 6, 6, (s) => (seen.has(s.key) ? good : warn));
  bars(c, decided.silent ?? [], ([from, to]) => [frameAt(times, from), Math.max(frameAt(times, from), frameAt(times, to - 1e-5))], h - FOOT + 2, FOOT - 3, colour("--text"));
  c.font = "11px system-ui, sans-serif";
  c.fillStyle = colour("--quiet");
  for (const { place, text } of hours(times, decided.clock, width)) {
    const x = toPixel(place, width);
    c.fillRect(x, 0, 1, HEAD - 8);
    c.fillText(text, x + 4, 12);
  }
  const tracks = model.tracks.tracks;
  const each = Math.min(14, (h - HEAD - FOOT - 2) / Math.max(1, tracks.length));
  const runs = new Map((decided.tracks ?? []).map((t) => [t.id, t.runs]));
  tracks.forEach((track, row) => {
    const y = HEAD + 3 + row * each;
    bars(c, runs.get(track.id) ?? [], (run) => run, y, Math.max(2, each - 2), colour(`--${role(track)}`));
    c.fillStyle = colour("--text");
    if (track.id === model.chosen) keys(c, track, y - 1, Math.max(4, each));
  });
  here();
}

/** Paints once, however much is told before the next picture of the screen. */
function soon() {
  if (!due) requestAnimationFrame(paint);
  due = true;
}

/** The line at the shown frame. */
function here() {
  const x = toPixel(drag ? drag.frame : model.frame, width);
  now.hidden = x < -1 || x > width + 1;
  now.style.transform = `translateX(${Math.round(x) - 1}px)`;
}

function say() {
  const at = model.footage.times[model.frame];
  box.setAttribute("aria-valuemax", frames() - 1);
  box.setAttribute("aria-valuenow", model.frame);
  box.setAttribute("aria-valuetext", `${wall(model.decided?.clock, at)} ${position(at)}, frame ${model.frame}`);
}

/** After what is shown has changed. */
function viewed() {
  const part = view.to - view.from;
  bar_.hidden = part >= view.all;
  bar_.max = Math.max(1, Math.round(view.all - part));
  bar_.value = Math.round(view.from);
  bar_.setAttribute("aria-valuetext", `from ${position(model.footage.times[Math.floor(view.from)])}`);
  soon();
}

/** Less of the recording, around the shown frame, or more of it. */
export function closer(by) {
  const inside = model.frame >= view.from && model.frame < view.to;
  zoom(by, inside ? model.frame : (view.from + view.to) / 2);
  viewed();
}

/** The ends of the window that can be moved, where they are. */
function grips() {
  const wanted = span();
  if (!wanted || item().from == null || item().to == null) return [];
  return [{ which: "from", x: toPixel(wanted[0], width), frame: wanted[0] }, { which: "to", x: toPixel(wanted[1] + 1, width), frame: wanted[1] }];
}

function gripAt(x, y) {
  const near = grips().filter((g) => Math.abs(g.x - x) <= GRIP).sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x));
  return y <= HEAD ? near[0] : undefined;
}

const within = (event) => {
  const r = canvas.getBoundingClientRect();
  return [event.clientX - r.left, event.clientY - r.top];
};
const frameOf = (x) => Math.max(0, Math.min(frames() - 1, Math.floor(toFrame(x, width))));

let held = false;
box.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  const [x, y] = within(event);
  const grip = gripAt(x, y);
  box.setPointerCapture(event.pointerId);
  pause();
  if (grip) drag = { which: grip.which, frame: grip.frame };
  else {
    held = true;
    go(frameOf(x));
  }
});
box.addEventListener("pointermove", (event) => {
  const [x, y] = within(event);
  if (drag) {
    const [first, last] = model.decided.window;
    // The end of the window lies after its last frame.
    drag.frame = drag.which === "from" ? Math.min(last, frameOf(x)) : Math.max(first, frameOf(x - toPixel(view.from + 1, width) / 2));
    go(drag.frame);
    soon();
  } else if (held) go(frameOf(x));
  else box.classList.toggle("grip", Boolean(gripAt(x, y)));
});
box.addEventListener("pointerup", () => {
  held = false;
  const done = drag;
  drag = null;
  if (done) change(() => { item()[done.which] = written[done.which](done.frame); });
  soon();
});
box.addEventListener("pointercancel", () => {
  [held, drag] = [false, null];
  soon();
});
box.addEventListener("wheel", (event) => {
  const [x] = within(event);
  if (event.ctrlKey) zoom(event.deltaY < 0 ? 0.8 : 1.25, toFrame(x, width));
  else if (view.to - view.from < view.all) scroll(Math.sign(event.deltaX || event.deltaY) * 0.1);
  else return;
  event.preventDefault();
  viewed();
}, { passive: false });
bar_.addEventListener("input", () => {
  begin(Number(bar_.value));
  soon();
});
const click = (id, act) => document.getElementById(id).addEventListener("click", act);
click("line-in", () => closer(0.5));
click("line-out", () => closer(2));
click("line-all", () => {
  whole();
  viewed();
});
new ResizeObserver(soon).observe(box);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);

listen((what) => {
  if (!model.footage || what === "picture" || what === "saved") return;
  if (what === "begin") {
    whole(frames());
    viewed();
  } else if (what !== "frame") soon();
  else if (!held && !drag && follow(model.frame)) viewed();
  else here();
  say();
});
