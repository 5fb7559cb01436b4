// Step 3, Check: looking at what will be handed over, moment by moment.

import { announce, button, fill, make, soon } from "./dom.js";
import { item, listen, mark, model, tell } from "./model.js";
import { go, isPlaying, play } from "./player.js";
import { position } from "./time.js";
import { refused } from "./verdict.js";

const panel = document.getElementById("step-check");
const redraw = soon(panel, draw);
let now = null; // the key of the stretch that is looked at
const shown = new Map(); // by key: the frames of a stretch that were on the screen as they will be handed over

/** What there is to look at, in order. */
export const stretches = () => model.decided?.stretches ?? [];

/** The stretches that were not looked at. */
export function unseen() {
  const seen = new Set(model.checks.looked_at);
  return stretches().filter((s) => !seen.has(s.key));
}

const current = () => stretches().find((s) => s.key === now);

/** Whether all of a stretch was on the screen, now or when it was marked. */
const watched = (s) => model.checks.looked_at.includes(s.key) || shown.get(s.key)?.size === s.last - s.first + 1;

const remaining = (left) => (left ? `${left} of ${stretches().length} still to check` : "All checked.");

/** As recorded, or as it will be handed over. */
export function preview(on) {
  model.covered = on;
  document.getElementById("preview").setAttribute("aria-pressed", String(on));
  tell("covered");
}

function show(stretch) {
  now = stretch.key;
  preview(true);
  go(stretch.first);
  play(stretch.last);
  draw();
}

/** Plays what was not on the screen yet. */
function goOn(stretch) {
  const seen = shown.get(stretch.key) ?? new Set();
  let frame = stretch.first;
  while (seen.has(frame)) frame += 1;
  preview(true);
  go(frame);
  play(stretch.last);
}

/** A frame is on the screen: of which stretch, and was it the last one that was missing? */
function see(frame) {
  const stretch = stretches().find((s) => s.first <= frame && frame <= s.last);
  if (!stretch) return;
  if (!shown.has(stretch.key)) shown.set(stretch.key, new Set());
  shown.get(stretch.key).add(frame);
  if (stretch.key === now && watched(stretch)) redraw();
}

/** To the next stretch that was not looked at. */
function next() {
  const left = unseen();
  const here = current();
  const wanted = left.find((s) => here && s.first > here.first) ?? left[0];
  announce(remaining(left.length));
  if (wanted) {
    show(wanted);
    return;
  }
  now = null;
  const focused = document.activeElement;
  draw();
  // The button has done its work, and could not keep the focus.
  if (focused?.id === "checked") document.getElementById("next-step").focus();
}

/** This stretch is looked at; where it was not on the screen to its end, it goes on. */
export function checked() {
  const stretch = current();
  if (!stretch) return next();
  if (!model.covered || !watched(stretch)) {
    if (model.covered && isPlaying()) announce("Watch this part to its end.");
    return goOn(stretch);
  }
  mark((checks) => {
    const still = new Set(stretches().map((s) => s.key));
    // Marks of what is not shown any more are of no use to anybody.
    checks.looked_at = [...checks.looked_at.filter((k) => still.has(k) && k !== stretch.key), stretch.key];
  });
  next();
}

const happens = (m) => (m.role === "window" ? (m.what === "is handed over" ? "this picture" : `the time ${m.what}`) : `${m.track} ${m.what}`);

/** What happens, in order; that somebody is shown is said once, with the times from and to which it is. */
function happenings(moments) {
  const found = [];
  for (const m of moments) {
    const words = happens(m);
    const same = m.what === "is shown" && found.find((f) => f.words === words);
    if (same) same.last = m.frame;
    else found.push({ words, first: m.frame, last: m.frame });
  }
  const at = (frame) => position(model.footage.times[frame]);
  return found.map((f) => (f.first === f.last ? f.words : `${f.words} from ${at(f.first)} to ${at(f.last)}`));
}

/** What is asked of each part. */
const asked = () => (item().obscure === "all-but-subject" ? "Is nobody else inside the box?" : "Is everybody covered who has to be?");

function line(stretch, seen) {
  const all = happenings(stretch.moments);
  const what = all.slice(0, 4).join(", ") + (all.length > 4 ? ", and more" : "");
  const text = `${seen ? "\u2713 " : ""}${position(model.footage.times[stretch.first])} ${what}`;
  return make("li", {}, button(`stretch-${stretch.key}`, text, () => show(stretch), { "aria-pressed": String(stretch.key === now) }));
}

/** What the button does now. */
function todo() {
  const stretch = current();
  if (!stretch) return unseen().length ? "Start checking" : "Checked";
  return watched(stretch) ? "Checked, next" : "Watch to the end";
}

function draw() {
  const d = model.decided;
  if (!d || d.error) {
    fill(panel, make("p", {}, "There is nothing to check yet."), d?.error ? refused("check", d.error) : null);
    return;
  }
  if (d.nothing) {
    fill(panel, make("p", {}, "Nothing is handed over, so there is nothing to check. Step 4 records the answer."));
    return;
  }
  const left = new Set(unseen());
  fill(panel,
    make("p", { class: "todo" }, left.size ? `Watch each part below: the picture shows exactly what will be handed over. ${asked()} If so, press Checked. If not, go back to step 1 and put the box right.`
      : "Everything is checked. Go on to step 4."),
    make("p", { id: "remaining", class: left.size ? "warn" : "good" }, remaining(left.size)),
    make("div", { class: "buttons" },
      button("checked", todo(), checked, { class: "main", title: "C", disabled: !now && !left.size }),
      button("again", "Play again", () => { const s = current(); if (s) show(s); else next(); })),
    make("ul", { class: "list", "aria-label": "Parts to check" }, ...stretches().map((s) => line(s, !left.has(s)))),
    make("p", { class: "quiet" }, "These are the parts in which somebody enters, leaves or is shown, and in which the time begins or ends: mistakes are there. Where you cover chosen people, it is all of the time, since everybody else is shown. What you change later has to be checked again."));
}

listen((what, more) => {
  if (model.request && ["begin", "work", "decided"].includes(what)) redraw();
  if (what === "picture" && model.covered && !more.refused && more.version === model.version) see(more.frame);
});
