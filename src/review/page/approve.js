// Step 4, Approve: what is still missing, the pack while it is made, and what came of it.

import * as server from "./server.js";
import { stretches, unseen } from "./check.js";
import { announce, button, field, fill, make, soon } from "./dom.js";
import { decide, listen, mark, model, revisionSaved, saved, tell } from "./model.js";
import { nothing } from "./record.js";
import { summary } from "./summary.js";
import { found, refused } from "./verdict.js";

const panel = document.getElementById("step-approve");
const redraw = soon(panel, draw);
let job = { stage: "none" };
let words = null; // of the notice
const PICTURES = 50; // that are shown

const isRunning = (stage) => !["none", "ready", "failed"].includes(stage);
const running = () => isRunning(job.stage);
/** Whether the pack that was made is of the work as it is now. */
export const current = () => job.stage === "ready" && job.made.revision === revisionSaved();
const title = () => ({ none: "", ready: current() ? "Ready, and verified" : "Made earlier", failed: "Nothing was made" }[job.stage] ?? `${job.stage[0].toUpperCase()}${job.stage.slice(1)}`);

/** The reason why the rest need not be looked at, as long as it is the same rest. */
const reason = () => (unseen().every((s) => model.checks.reason_for?.includes(s.key)) ? model.checks.reason : null);
const because = (why) => mark((checks) => {
  checks.reason = why;
  checks.reason_for = why ? unseen().map((s) => s.key) : [];
});

/** Tells what came of it; whoever waited for it reads on there. */
function ended(waited) {
  tell("made");
  const at = document.activeElement;
  if (waited && (at === document.body || panel.contains(at))) panel.querySelector("h2")?.focus();
}

async function watch() {
  const before = job.stage;
  try {
    job = await server.progress();
  } catch (e) {
    tell("trouble", e);
    return;
  }
  if (job.stage !== before) announce(title());
  draw();
  if (job.stage === "failed") found(job.error.spots);
  if (running()) setTimeout(watch, 300);
  else {
    ended(isRunning(before));
    if (isRunning(before)) decide().catch((e) => tell("trouble", e));
  }
}

async function approve() {
  try {
    await saved();
    await server.approve(revisionSaved());
    job = { stage: "reading", done: 0, total: 0 };
    words = null;
    draw();
    document.getElementById("cancel").focus();
    watch();
  } catch (e) {
    job = { stage: "failed", error: { what: e.message, hint: e.hint, spots: e.spots } };
    draw();
    announce(title());
    ended(true);
  }
}

function result() {
  if (job.stage === "none") return null;
  if (job.stage === "failed") return make("div", { id: "failed" }, make("h2", { tabindex: "-1" }, title()), refused("failed", job.error), make("p", { class: "quiet" }, "Your work is as it was."));
  if (job.stage !== "ready") {
    return make("div", { id: "running" }, make("h2", {}, title()),
      make("progress", { "aria-label": title(), ...(job.total ? { value: job.done, max: job.total } : {}) }),
      make("p", { class: "quiet" }, job.total ? `${job.done} of ${job.total} frames` : ""),
      button("cancel", "Stop", () => server.cancel().catch((e) => tell("trouble", e))));
  }
  const { made } = job;
  const link = (half, name, text) => make("li", {}, make("a", { href: `pack/${half}/${name}`, target: "_blank", rel: "noopener" }, text));
  if (!current()) {
    return make("div", { id: "earlier" }, make("h2", {}, title()),
      make("p", {}, "What was changed since is not in this pack. Approve again to make another, under another reference."),
      make("p", { class: "quiet" }, made.pack),
      button("open-folder", "Open the folder", () => server.showPack().catch((e) => tell("trouble", e))));
  }
  const clip = made.files.find((f) => f.name.endsWith(".mp4"));
  return make("div", { id: "ready" }, make("h2", { id: "made", class: "good", tabindex: "-1" }, title()),
    clip ? make("video", { controls: true, src: `pack/send/${clip.name}`, "aria-label": "The clip that is handed over" }) : pictures(made.files),
    make("p", {}, made.files.length ? `${clip ? "Watch it from beginning to end" : "Look at the pictures, each of them"}. Then give the requester what is in the folder \"send\". The folder \"keep\" is your own file: never send it.`
      : "The answer is recorded. Hand over the notice, which says:"),
    made.files.length ? null : said(),
    make("ul", { class: "list" }, link("send", "notice.html", "The notice for the requester"), link("keep", "disclosure-log.json", "Your own log"), link("keep", "tracks.json", "The tracks as they were used")),
    make("p", { class: "quiet", id: "pack" }, made.pack),
    button("open-folder", "Open the folder", () => server.showPack().catch((e) => tell("trouble", e))),
    make("ul", { class: "list" }, ...made.warnings.map((w) => make("li", { class: "warn" }, w))));
}

/** The pack of this reference that is there already, and what can be done. */
function standing(made) {
  const pack = model.decided?.standing;
  if (!pack) return null;
  return make("div", { id: "standing" }, make("p", { class: made ? "quiet" : "warn" }, `There is a pack of this reference, in ${pack}. It is never changed: another reference makes another pack.`),
    made ? null : button("open-standing", "Open the folder", () => server.showStanding().catch((e) => tell("trouble", e))));
}

/** Single pictures, as many as can be looked at here; the rest by their names. */
function pictures(files) {
  const one = ({ name }, n) => make("li", {}, make("a", { href: `pack/send/${name}`, target: "_blank", rel: "noopener" },
    n < PICTURES ? make("img", { src: `pack/send/${name}`, alt: name, loading: "lazy" }) : name));
  return files.length ? make("ul", { class: "list", "aria-label": "The pictures that are handed over" }, ...files.map(one)) : null;
}

/** What the notice says, where it is all that the requester gets. */
function said() {
  const shown = make("blockquote", { id: "notice" }, ...(words ?? []));
  if (!words) {
    words = [];
    server.notice().then((lines) => {
      words = lines.map(([kind, text]) => make(kind, {}, text));
      draw();
    }).catch((e) => tell("trouble", e));
  }
  return shown;
}

function draw() {
  const d = model.decided;
  const made = current();
  const missing = [];
  if (!d || d.error) missing.push(d?.error ? refused("approve", d.error) : make("p", {}, "One moment."));
  if (d?.record.error) missing.push(refused("approve-record", d.record.error));
  const left = unseen().length;
  if (left) {
    missing.push(make("p", { class: "warn" }, `${left} of ${stretches().length} parts are not checked: step 3. Or write down why that is not needed:`),
      field("reason", "Reason (in your log)", reason(), because));
  }
  const may = d && !d.error && !d.record.error && (!left || reason()) && !d.standing;
  fill(panel, made ? result() : null, ...missing,
    d?.recoverable ? make("p", { class: "warn" }, "The way of covering that is chosen leaves something of those it covers: they may be recognised. Frost and fill do not.") : null,
    make("p", { class: "quiet" }, `The pack is made in ${model.out}. ${nothing() ? "It holds the notice for the requester and your log." : "Everything is covered, written, opened again and checked; only then does it appear."}`),
    summary(), standing(made),
    button("approve", nothing() ? "Record this answer and make its notice" : "Approve and make the pack", approve, { class: made ? null : "main", disabled: !may || running() }),
    made ? null : result());
}

listen((what) => {
  if (!model.request) return;
  if (["begin", "work", "saved", "decided"].includes(what)) redraw();
  if (what === "begin") watch();
});
