// Tracks as arithmetic, without any page: where a box is in a frame, and how editing changes key frames. Frames are places
// among the shown ones; files count them by `number`, which differs only where files of a recording repeat each other.

import { frameAt } from "./time.js";

/** A shown frame's number in track files. */
export function number(footage, place) {
  const part = footage.numbers.findLast(([first]) => first <= place) ?? [0, 0];
  return place - part[0] + part[1];
}

/** The place among the shown frames of a key frame that counts them; it may lie beyond the last. */
function counted(footage, key) {
  const part = footage.numbers.findLast(([, first]) => first <= key.frame) ?? [0, 0];
  return key.frame - part[1] + part[0];
}

/** The place among the shown frames at which a key frame lies. */
export function placeOf(footage, key) {
  return key.frame != null ? counted(footage, key) : frameAt(footage.times, key.time);
}

/** When a key frame is, in seconds. */
function seconds(footage, key) {
  if (key.time != null) return key.time;
  const place = counted(footage, key);
  const { times } = footage;
  if (place < times.length) return times[place];
  return footage.end + (place - times.length) / footage.rate;
}

const sampling = (document, track) => track.sampling ?? document.sampling ?? "keyframes";
const mix = (a, b, share) => a.map((v, i) => v + (b[i] - v) * share);
const same = (a, b) => Math.abs(a - b) < 1e-6;

/** The place of the first key frame that is not before a time; key frames are in order. Files may have one for every frame. */
function firstFrom(footage, keys, at) {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds(footage, keys[middle]) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The box of a track in a frame, and whether it is a key frame's own; null where there is none. */
export function boxAt(footage, document, track, place) {
  if (track.whole) return { box: track.keyframes[0].box, key: true };
  const now = footage.times[place];
  const keys = track.keyframes;
  const at = firstFrom(footage, keys, now + 1e-6) - 1;
  if (at < 0 || keys[at].end) return onScreen(footage, keys[at + 1], keys[at + 2], place);
  const from = seconds(footage, keys[at]);
  if (same(from, now)) return { box: keys[at].box, key: true };
  const next = keys[at + 1];
  if (!next || sampling(document, track) === "every-frame") return null;
  const byNumber = sampling(document, track) === "keyframes-by-number" && keys[at].frame != null && next.frame != null;
  const share = byNumber
    ? (number(footage, place) - keys[at].frame) / (next.frame - keys[at].frame)
    : (now - from) / (seconds(footage, next) - from);
  return { box: mix(keys[at].box, next.box, share), key: false };
}

/** A presence that lies between two frames, or ends there, shows in the one that is on the screen at its time. */
function onScreen(footage, key, next, place) {
  const until = footage.times[place + 1] ?? footage.end;
  const lone = key && !key.end && seconds(footage, key) < until - 1e-6;
  return lone && (!next || (next.end && seconds(footage, next) <= until + 1e-6)) ? { box: key.box, key: false } : null;
}

/** Sets the box of a track in a frame. */
export function setBox(footage, track, place, box) {
  const now = footage.times[place];
  const key = { frame: number(footage, place), box: box.map((v) => Math.round(v * 10) / 10) };
  const at = firstFrom(footage, track.keyframes, now - 1e-6);
  const old = track.keyframes[at];
  if (track.whole) track.keyframes = [key];
  else track.keyframes.splice(at, old && same(seconds(footage, old), now) ? 1 : 0, key);
}

/** Takes the key frame at a place away; false where it is the last one, or there is none. */
export function dropKey(footage, track, place) {
  const now = footage.times[place];
  const rest = track.keyframes.filter((k) => !same(seconds(footage, k), now));
  if (rest.length === track.keyframes.length || !rest.some((k) => !k.end)) return false;
  track.keyframes = trimmed(rest);
  return true;
}

/** An end that ends nothing says nothing. */
function trimmed(keys) {
  return keys.filter((k, i) => !k.end || (i > 0 && !keys[i - 1].end));
}

/** From the next frame on, up to the next presence, the person is not in the picture: said, not only not marked. */
export function leave(footage, document, track, place) {
  const here = boxAt(footage, document, track, place);
  if (!here || track.whole) return false;
  setBox(footage, track, place, here.box);
  const now = footage.times[place];
  const at = track.keyframes.findIndex((k) => same(seconds(footage, k), now));
  let end = at + 1;
  while (end < track.keyframes.length && !track.keyframes[end].end) end += 1;
  const later = track.keyframes.slice(end + 1);
  const last = place + 1 < footage.times.length ? [{ frame: number(footage, place + 1), box: here.box, end: true }] : [];
  track.keyframes = [...track.keyframes.slice(0, at + 1), ...last, ...later];
  return true;
}

/** Before this frame, back to the presence before, the person is not in the picture. */
export function arrive(footage, document, track, place) {
  const here = boxAt(footage, document, track, place);
  if (!here || track.whole) return false;
  setBox(footage, track, place, here.box);
  const now = footage.times[place];
  const at = track.keyframes.findIndex((k) => same(seconds(footage, k), now));
  let start = at;
  while (start > 0 && !track.keyframes[start - 1].end) start -= 1;
  track.keyframes = [...track.keyframes.slice(0, start), ...track.keyframes.slice(at)];
  return true;
}

/** Cuts a track in two: the second part begins in this frame. Returns the second, without an id. */
export function split(footage, document, track, place) {
  const here = boxAt(footage, document, track, place);
  const now = footage.times[place];
  const before = track.keyframes.filter((k) => seconds(footage, k) < now - 1e-6);
  if (!here || track.whole || !before.length || place === 0) return null;
  const last = boxAt(footage, document, track, place - 1);
  const after = { ...structuredClone(track) };
  setBox(footage, after, place, here.box);
  after.keyframes = after.keyframes.filter((k) => seconds(footage, k) >= now - 1e-6);
  track.keyframes = before;
  if (last) setBox(footage, track, place - 1, last.box);
  return after;
}

/** Adds a track's key frames to another's; false where both are in the picture at the same time. */
export function merge(footage, track, other) {
  const span = (t) => [t.keyframes[0], t.keyframes.at(-1)].map((k) => seconds(footage, k));
  const [a, b] = span(track)[0] <= span(other)[0] ? [track, other] : [other, track];
  if (track.whole || other.whole || span(a)[1] >= span(b)[0]) return false;
  const last = a.keyframes.at(-1);
  const away = { ...(last.frame != null ? { frame: last.frame + 1 } : { time: last.time + 1 / footage.rate }), box: last.box, end: true };
  const gone = !last.end && seconds(footage, away) < seconds(footage, b.keyframes[0]) - 1e-6;
  track.keyframes = [...a.keyframes, ...(gone ? [away] : []), ...b.keyframes];
  return true;
}
