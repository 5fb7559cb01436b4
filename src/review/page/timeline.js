// The timeline: the whole recording or the time asked for, with gaps, everybody's presence, key frames of the chosen one,
// what is to be looked at, and where we are.

import { listen, model, role } from "./model.js";
import { go } from "./player.js";
import { position, wall } from "./time.js";

const box = document.getElementById("timeline");
const canvas = document.getElementById("line");
const HEAD = 22;

const frames = () => model.footage.times.length;
const across = (frame) => (canvas.clientWidth * frame) / Math.max(1, frames());

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

/** First and last frames of a track's presences: as decided, or by its key frames while that is not known. */
function runs(track) {
  return model.decided?.tracks?.find((t) => t.id === track.id)?.runs ?? [];
}

function paint() {
  if (!model.footage) return;
  const ratio = devicePixelRatio;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  const bar = (from, to, y, height, fill) => {
    c.fillStyle = fill;
    c.fillRect(across(from), y, Math.max(2, across(to + 1) - across(from)), height);
  };
  c.fillStyle = colour("--bars");
  c.fillRect(0, 0, w, HEAD);
  const window_ = model.decided?.window;
  if (window_?.[0] != null) bar(window_[0], window_[1], 0, HEAD, colour("--soft"));
  for (const [from] of model.footage.gaps) {
    const at = model.footage.times.findIndex((t) => t > from);
    bar(at, at, 0, h, colour("--bad"));
  }
  for (const stretch of model.decided?.stretches ?? []) {
    const seen = model.checks.looked_at.includes(stretch.key);
    bar(stretch.first, stretch.last, HEAD - 6, 6, colour(seen ? "--good" : "--warn"));
  }
  c.font = "11px system-ui, sans-serif";
  c.fillStyle = colour("--quiet");
  for (let i = 0; i < 6; i += 1) {
    const frame = Math.floor((frames() * i) / 6);
    const at = model.footage.times[frame];
    const text = model.decided?.clock ? wall(model.decided.clock, at).slice(11, 19) : position(at).slice(0, 8);
    c.fillText(text, across(frame) + 3, 12);
  }
  const tracks = model.tracks.tracks;
  const each = Math.min(14, (h - HEAD - 4) / Math.max(1, tracks.length));
  tracks.forEach((track, row) => {
    const y = HEAD + 3 + row * each;
    for (const [from, to] of runs(track)) bar(from, to, y, Math.max(2, each - 2), colour(`--${role(track)}`));
    if (track.id === model.chosen) {
      c.fillStyle = colour("--text");
      for (const key of track.keyframes) {
        const at = key.frame ?? model.footage.times.findIndex((t) => t >= key.time);
        c.fillRect(across(at), y - 1, 2, Math.max(4, each));
      }
    }
  });
  c.fillStyle = colour("--act");
  c.fillRect(across(model.frame) - 1, 0, 3, h);
}

function say() {
  const at = model.footage.times[model.frame];
  box.setAttribute("aria-valuemax", frames() - 1);
  box.setAttribute("aria-valuenow", model.frame);
  box.setAttribute("aria-valuetext", `${wall(model.decided?.clock, at)} ${position(at)}, frame ${model.frame}`);
}

let held = false;
const seek = (event) => {
  const r = canvas.getBoundingClientRect();
  go(((event.clientX - r.left) / r.width) * frames());
};
box.addEventListener("pointerdown", (event) => {
  held = true;
  box.setPointerCapture(event.pointerId);
  seek(event);
});
box.addEventListener("pointermove", (event) => held && seek(event));
box.addEventListener("pointerup", () => { held = false; });
new ResizeObserver(paint).observe(box);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

listen((what) => {
  if (!model.footage || what === "picture" || what === "saved") return;
  paint();
  say();
});
