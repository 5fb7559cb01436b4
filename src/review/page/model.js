// What there is: the footage, the work on it, and what that comes to. Every change is saved at once, can be undone, and is
// told to whoever listens.

import * as server from "./server.js";

export const model = {
  footage: null, // as the server describes it
  request: null, tracks: null, checks: null, // what is saved
  decided: null, // what the saved work comes to
  version: 0, // of `decided`
  frame: 0, chosen: null, covered: false,
  out: "", // the folder for packs
};

const listeners = new Set();
let revision = ""; // of what is saved
let past = [];
let future = [];
let waiting = null;
let stale = false; // `decided` is of older work
let saving = Promise.resolve();
let queued = 0; // saves that wait for the one that is going on

export const listen = (listener) => listeners.add(listener);
export const leave = (listener) => listeners.delete(listener);
export const item = () => model.request.items[0];
/** Names the state of the work that this page has seen. */
export const revisionSaved = () => revision;
export const chosen = () => model.tracks.tracks.find((t) => t.id === model.chosen);
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

/** Tells all listeners what there is to know of: `begin`, `work` (it was changed), `decided`, `frame`, `chosen`, `picture`,
 * `covered` (as recorded, or as handed over), `playing`, `damage`, `made`, `saved` (words to show) or `trouble`. */
export function tell(what, more) {
  for (const listener of listeners) listener(what, more);
}

export function begin(state) {
  Object.assign(model, { footage: state.footage, out: state.out });
  take(state.saved);
  settled();
}

function take(saved) {
  revision = saved.revision;
  Object.assign(model, { request: saved.request, tracks: saved.tracks, checks: saved.checks });
}

const now = () => structuredClone({ request: model.request, tracks: model.tracks });

/** Changes request or tracks, by a function that may return false for "nothing changed". `quick` changes (a drag, a text
 * that is being typed) with the same name one after another are one step for undo. */
export function change(make, quick = "") {
  // What goes on a step that is there already needs no copy of what was before.
  const before = quick && past.at(-1)?.quick === quick ? null : now();
  if (make() === false) return;
  if (before) past.push({ ...before, quick });
  if (past.length > 200) past.shift();
  future = [];
  stale = true;
  changed();
}

/** What was done so far cannot be undone: it was nobody's doing. */
export function settled() {
  past = [];
  future = [];
}

/** The next quick change is a step of its own. */
export function settle() {
  if (past.length) past.at(-1).quick = "";
}

function swap(from, to) {
  const other = from.pop();
  if (!other) return;
  to.push({ ...now(), quick: "" });
  Object.assign(model, { request: other.request, tracks: other.tracks });
  if (!chosen()) model.chosen = null;
  stale = true;
  changed();
}

export const undo = () => swap(past, future);
export const redo = () => swap(future, past);

/** Marks are no step of undo: what was looked at was looked at. */
export function mark(make) {
  make(model.checks);
  changed();
}

function changed() {
  tell("work");
  tell("saved", "Saving");
  clearTimeout(waiting);
  waiting = setTimeout(save, 150);
}

function save() {
  clearTimeout(waiting);
  waiting = null;
  queued += 1;
  saving = saving.then(async () => {
    queued -= 1;
    const { request, tracks, checks } = model;
    const sent = JSON.stringify({ revision, request, tracks, checks });
    const answer = await server.save(JSON.parse(sent));
    revision = answer.revision;
    // A later change that waits is not saved yet.
    const all = !waiting && !queued;
    if (all) tell("saved", "Saved");
    if (all && stale) await decide();
  }).catch(async (e) => {
    if (e.status === 409) {
      // Another window was quicker. Its work stands; this one goes on from there.
      take((await server.state()).saved);
      settled();
      tell("work");
      await decide();
      tell("trouble", { message: "This work was changed in another window. Its state is shown now; your last change was not saved." });
    } else tell("trouble", e);
    tell("saved", "Not saved");
  });
  return saving;
}

/** Everything is saved when this is done. */
export const saved = () => (waiting ? save() : saving);

/** Asks what the saved work comes to. */
export async function decide() {
  stale = false;
  model.decided = await server.decide();
  model.version += 1;
  tell("decided");
}

/** The part a track plays: `subject`, `third-party` or `shown`. */
export function role(track) {
  if (track.role === "subject") return "subject";
  return track.shown_because ? "shown" : "third-party";
}

/** A name for a new track that none has. */
export function freeId() {
  for (let n = 1; ; n += 1) if (!model.tracks.tracks.some((t) => t.id === `P${n}`)) return `P${n}`;
}
