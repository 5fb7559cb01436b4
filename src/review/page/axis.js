// Which part of the recording the timeline shows, where its hours lie, and where a frame is among its pixels. Every answer
// takes a few steps however long the recording is.

import { frameAt, position, wall } from "./time.js";

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const APART = 84; // pixels between two hours' words at least
const CLOSEST = 12; // frames that are shown at least

/** The frames that are shown: from the beginning of the first to the end of the last. */
export const view = { from: 0, to: 1, all: 1 };

/** All of a recording of so many frames. */
export function whole(frames = view.all) {
  Object.assign(view, { from: 0, to: Math.max(1, frames), all: Math.max(1, frames) });
}

/** Shows so many frames, beginning with one, as far as there are any. */
function show(from, span) {
  const shown = Math.min(view.all, Math.max(Math.min(CLOSEST, view.all), span));
  const begin = Math.min(view.all - shown, Math.max(0, from));
  Object.assign(view, { from: begin, to: begin + shown });
}

/** Shows more or less of the recording; the frame that is named stays where it is. */
export function zoom(by, frame) {
  const span = (view.to - view.from) * by;
  const share = (frame - view.from) / (view.to - view.from);
  show(frame - share * span, span);
}

/** Moves what is shown by a share of it. */
export const scroll = (share) => show(view.from + share * (view.to - view.from), view.to - view.from);

/** Begins what is shown with a frame. */
export const begin = (frame) => show(frame, view.to - view.from);

/** Moves what is shown only if a frame is not in it; says whether it did. */
export function follow(frame) {
  if (frame >= view.from && frame < view.to) return false;
  const span = view.to - view.from;
  show(frame - span / 10, span);
  return true;
}

export const toPixel = (frame, width) => ((frame - view.from) / (view.to - view.from)) * width;
export const toFrame = (pixel, width) => view.from + (pixel / width) * (view.to - view.from);

/** Seconds of the day of the first picture, where a clock is known. */
function startOfDay(clock) {
  if (!clock) return 0;
  const [h, m, s] = wall(clock, 0).slice(11).split(":").map(Number);
  return h * 3600 + m * 60 + s;
}

/** The times to be written below the edge: each with its place in frames. Round times, of the clock where there is one. */
export function hours(times, clock, width) {
  const seconds = (place) => times[Math.min(times.length - 1, Math.max(0, Math.floor(place)))];
  const [from, to] = [seconds(view.from), seconds(view.to)];
  const least = ((to - from) * APART) / Math.max(1, width);
  const step = STEPS.find((s) => s >= least) ?? Math.ceil(least / 86400) * 86400;
  const first = startOfDay(clock);
  const found = [];
  let last = -Infinity;
  for (let n = Math.ceil((first + from) / step); n * step <= first + to; n += 1) {
    const at = n * step - first;
    const frame = frameAt(times, at);
    const next = times[frame + 1];
    const place = frame + (next > times[frame] && at > times[frame] ? Math.min(0.99, (at - times[frame]) / (next - times[frame])) : 0);
    const pixel = toPixel(place, width);
    // Times that lie in a gap of the recording all fall on one place.
    if (pixel - last < APART * 0.7) continue;
    last = pixel;
    const text = clock ? wall(clock, at + 0.0005).slice(11) : position(at);
    found.push({ place, text: step >= 60 && clock ? text.slice(0, 5) : text.slice(0, step < 1 ? 10 : 8) });
  }
  return found;
}
