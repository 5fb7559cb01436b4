// Pictures in time: fetches frames ahead, keeps some, shows the wanted one, and plays by the footage's own times.

import * as server from "./server.js";
import { listen, model, tell } from "./model.js";

const KEPT = 80; // pictures
const AHEAD = 8; // while playing
const AT_ONCE = 3; // requests

const kept = new Map(); // name -> picture, the last used last
const asked = new Map(); // name -> promise
let wide = 1280; // pictures, in pixels
let run = 0; // of playing; each has its own number
let playing = false;

const name = (frame) => `${frame}/${wide}/${model.covered ? model.version : "-"}`;

export const isPlaying = () => playing;
export const width = () => wide;

/** How wide pictures are wanted, in device pixels. */
export function setWidth(pixels) {
  // In steps, so that a window that is dragged does not have everything made anew.
  const wanted = Math.min(4096, Math.max(320, Math.ceil(pixels / 320) * 320));
  if (wanted !== wide) {
    wide = wanted;
    show();
  }
}

/** Why there is no picture of what is handed over in a frame, where that is known without asking. */
function nothing(frame) {
  if (!model.covered) return null;
  if (!model.decided || model.decided.error) return "It is not decided yet what is handed over.";
  if (model.decided.nothing) return "Nothing is handed over.";
  const [first, last] = model.decided.window;
  return frame < first || frame > last ? "This frame is outside the time that is handed over." : null;
}

async function get(frame) {
  const why = nothing(frame);
  if (why) throw new Error(why);
  const key = name(frame);
  if (kept.has(key)) {
    const found = kept.get(key);
    kept.delete(key);
    kept.set(key, found);
    return found;
  }
  if (!asked.has(key)) {
    asked.set(key, server.picture(frame, wide, model.covered).then((found) => {
      kept.set(key, found);
      for (const old of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.get(old).bitmap?.close();
        kept.delete(old);
      }
      return found;
    }).finally(() => asked.delete(key)));
  }
  return asked.get(key);
}

let showing = null; // the promise of what is under way
let again = false;

/** Shows the wanted frame, and the last wanted one if others were wanted meanwhile; done when that one is on the screen. */
export function show() {
  if (!model.footage) return Promise.resolve();
  again = true;
  showing ??= catchUp();
  return showing;
}

async function catchUp() {
  while (again) {
    again = false;
    const { frame, version } = model;
    try {
      tell("picture", { frame, version, ...(await get(frame)) });
    } catch (e) {
      tell("picture", { frame, version, refused: e });
    }
  }
  showing = null;
}

/** Goes to a frame. */
export function go(frame) {
  const to = Math.max(0, Math.min(model.footage.times.length - 1, Math.round(frame)));
  if (to === model.frame) return;
  model.frame = to;
  tell("frame");
  show();
}

export function pause() {
  run += 1;
  playing = false;
  tell("playing");
}

/** Plays from here, to a frame or to the end; skips gaps in the recording. */
export function play(last = null) {
  const { times } = model.footage;
  const until = last ?? times.length - 1;
  if (model.frame >= until) return pause();
  const mine = ++run;
  let start = performance.now() - times[model.frame] * 1000;
  const step = async () => {
    if (mine !== run) return;
    const next = model.frame + 1;
    for (let f = next; f <= Math.min(next + AHEAD, until) && asked.size < AT_ONCE; f += 1) get(f).catch(() => {});
    const late = performance.now() - start - times[next] * 1000;
    const gap = times[next] - times[model.frame] > 2;
    if (late >= 0 || gap) {
      model.frame = next;
      tell("frame");
      await show();
      if (mine !== run) return;
      // Late pictures slow playing down; none is left out.
      if (gap || late > 200) start = performance.now() - times[model.frame] * 1000;
      if (model.frame >= until) return pause();
    }
    requestAnimationFrame(step);
  };
  playing = true;
  requestAnimationFrame(step);
  tell("playing");
}

listen((what) => {
  if (what === "decided" && model.covered) show();
});
