// Puts the page together: what is shown at the start, the buttons above and below the picture, the keys.

import * as server from "./server.js";
import * as model from "./model.js";
import { go, isPlaying, pause, play, show } from "./player.js";
import { enlarge, nudge } from "./stage.js";
import { follow, middle } from "./mark.js";
import { checked, preview } from "./check.js";
import { look } from "./choose.js";
import { notBefore } from "./time.js";
import { moment } from "./typed.js";
import { closer } from "./timeline.js";
import { beginHere, endHere } from "./wanted.js";
import { sentences } from "./dom.js";
import { show as tab } from "./steps.js";
import "./approve.js";
import "./details.js";

const byId = (id) => document.getElementById(id);
const state = model.model;
const click = (id, act) => byId(id).addEventListener("click", act);

function only(id) {
  for (const part of ["choose", "reading", "bench", "ended"]) byId(part).hidden = part !== id;
  byId("tools").hidden = id !== "bench";
}

function trouble(e) {
  byId("trouble").hidden = !e;
  byId("trouble-words").textContent = e ? sentences(e) : "";
}

/** An answer to a request for which there is no recording: what is recorded, and its approval. */
async function withoutRecording(found) {
  model.begin(found);
  only("bench");
  byId("bench").classList.add("answer");
  for (const id of ["left", "tab-mark", "tab-check"]) byId(id).hidden = true;
  byId("title").textContent = `${state.request.reference}: an answer without a recording`;
  model.tell("begin");
  model.tell("saved", "Saved");
  tab(byId("tab-details"));
  await model.decide();
}

async function start() {
  const found = await server.state();
  if (found.stage === "reading") {
    only("reading");
    setTimeout(() => start().catch(trouble), 300);
    return;
  }
  if (found.stage === "answer") {
    await withoutRecording(found);
    return;
  }
  if (found.stage !== "ready") {
    if (found.error) trouble(found.error);
    only("choose");
    await look(() => { trouble(null); start().catch(trouble); });
    return;
  }
  model.begin(found);
  const chose = !byId("reading").hidden;
  only("bench");
  if (chose) byId("step-mark").focus();
  byId("title").textContent = found.footage.name;
  document.title = `${found.footage.name} - review`;
  model.tell("begin");
  model.tell("saved", "Saved");
  const item = model.item();
  if (item.kind === "clip" && !item.from && !item.to) {
    // The whole recording, until somebody says which part.
    model.change(() => Object.assign(item, { from: "00:00:00.000", to: notBefore(found.footage.end) }));
    model.settled();
    await model.saved();
  }
  await model.decide();
  await show();
  model.tell("frame");
}

const toggle = () => (isPlaying() ? pause() : play());
const step = (by) => { pause(); go(state.frame + by); };
const end = () => state.footage.times.length - 1;
click("first", () => step(-end()));
click("back", () => step(-1));
click("play", toggle);
click("on", () => step(1));
click("last", () => step(end()));
click("preview", () => preview(!state.covered));
click("zoom-in", () => enlarge(1.25));
click("zoom-out", () => enlarge(0.8));
click("undo", model.undo);
click("redo", model.redo);
click("trouble-close", () => trouble(null));
const help = () => {
  byId("help").hidden = !byId("help").hidden;
  byId("help-button").setAttribute("aria-expanded", String(!byId("help").hidden));
};
click("help-button", help);
click("end", async () => {
  try {
    await model.saved();
    await server.end();
    pause();
    trouble(null);
    if (state.request && !state.footage) byId("go-on").textContent = `To go on later, begin an answer without a recording in the same folder again, with the reference ${state.request.reference}.`;
    if (!state.request) byId("ended-title").textContent = "The program has ended";
    byId("go-on").hidden = !state.request;
    state.footage = null;
    only("ended");
    byId("end").hidden = true;
    byId("saved").textContent = "";
    document.querySelector("#ended h2").focus();
  } catch (e) {
    trouble(e);
  }
});
byId("go").addEventListener("change", async (e) => {
  const at = moment(e.target.value, state.footage, state.decided?.clock);
  byId("go-said").textContent = "";
  if (!at) return;
  try {
    step((await server.when(at)).frame - state.frame);
    // The same time can be typed again.
    e.target.value = "";
  } catch (error) {
    byId("go-said").textContent = sentences(error);
  }
});

const KEYS = {
  ArrowLeft: () => step(-1), ArrowRight: () => step(1), " ": toggle,
  PageUp: () => step(-Math.round(state.footage.rate)), PageDown: () => step(Math.round(state.footage.rate)),
  Home: () => step(-end()), End: () => step(end()),
  "+": () => enlarge(1.25), "=": () => enlarge(1.25), "-": () => enlarge(0.8),
  p: () => preview(!state.covered), n: middle, f: follow, c: checked, "?": help,
  i: beginHere, o: endHere, "]": () => closer(0.5), "[": () => closer(2),
};
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (e) => {
  if (!state.footage || e.altKey) return;
  const into = e.target.closest("input, select, textarea, video");
  const press = e.target.closest("button, a, [role=tab]");
  const typed = into && !["checkbox", "radio"].includes(into.type);
  if (typed) return;
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") {
    (e.shiftKey ? model.redo : model.undo)();
    e.preventDefault();
    return;
  }
  const move = MOVES[e.key];
  if (move && (e.shiftKey || e.ctrlKey)) {
    const by = move.map((v) => v * 2);
    nudge(e.ctrlKey ? [0, 0, ...by] : [...by, 0, 0]);
    e.preventDefault();
    return;
  }
  if (e.ctrlKey || e.metaKey || (into && e.key.startsWith("Arrow"))) return;
  if (e.key === " " && (press || into)) return;
  const act = KEYS[e.key.length === 1 ? e.key.toLowerCase() : e.key];
  if (!act) return;
  e.preventDefault();
  act();
});

model.listen((what, more) => {
  if (what === "saved") byId("saved").textContent = more;
  if (what === "trouble") trouble(more);
  if (["begin", "work", "decided"].includes(what)) {
    byId("undo").disabled = !model.canUndo();
    byId("redo").disabled = !model.canRedo();
  }
  if (what === "playing") byId("play").textContent = isPlaying() ? "Pause" : "Play";
  if (what === "covered") show();
});
// What happens in the page can be asked for by tests and by nobody else: a page cannot look into another one.
globalThis.review = state;

start().catch(trouble);
