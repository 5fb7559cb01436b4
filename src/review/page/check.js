// Steps 3 and 4: looking at what will be handed over, moment by moment, and approving it.

import * as server from "./server.js";
import { announce, button, field, fill, make, soon } from "./dom.js";
import { listen, mark, model, saved, seen as revision, tell } from "./model.js";
import { go, play } from "./player.js";
import { nothing } from "./record.js";
import { position } from "./time.js";
import { found, refused } from "./verdict.js";

const look = document.getElementById("look");
const give = document.getElementById("give");
const redraw = soon(give, draw);
let now = null; // the key of the stretch that is looked at
let job = { stage: "none" };

const stretches = () => model.decided?.stretches ?? [];
const seen = (s) => model.checks.looked_at.includes(s.key);
const remaining = () => (left() ? `${left()} of ${stretches().length} still to check` : "All checked.");
const left = () => stretches().filter((s) => !seen(s)).length;
/** The reason why the rest need not be looked at, as long as it is the same rest. */
const reason = () => (stretches().every((s) => seen(s) || model.checks.reason_for?.includes(s.key)) ? model.checks.reason : null);
const because = (words) => mark((checks) => {
  checks.reason = words;
  checks.reason_for = words ? stretches().filter((s) => !seen(s)).map((s) => s.key) : [];
});

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

/** To the next stretch that was not looked at. */
export function next() {
  const all = stretches();
  const at = all.findIndex((s) => s.key === now);
  const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  const found = order.find((s) => !seen(s));
  announce(remaining());
  if (found) {
    show(found);
    return;
  }
  now = null;
  const at_ = document.activeElement;
  draw();
  // The button has done its work, and could not keep the focus.
  if (at_?.id === "checked") document.getElementById("next-step").focus();
}

/** This stretch is looked at. */
export function checked() {
  const stretch = stretches().find((s) => s.key === now);
  if (!stretch || !model.covered) return next();
  mark((checks) => {
    const still = new Set(stretches().map((s) => s.key));
    // Marks of what is not shown any more are of no use to anybody.
    checks.looked_at = [...checks.looked_at.filter((k) => still.has(k) && k !== stretch.key), stretch.key];
  });
  next();
}

const happens = (m) => (m.role === "window" ? (m.what === "is handed over" ? "this picture" : `the time ${m.what}`) : `${m.track} ${m.what}`);

function line(stretch) {
  const what = stretch.moments.slice(0, 4).map(happens).join(", ") + (stretch.moments.length > 4 ? ", and more" : "");
  const text = `${seen(stretch) ? "\u2713 " : ""}${position(model.footage.times[stretch.first])} ${what}`;
  return make("li", {}, button(`stretch-${stretch.key}`, text, () => show(stretch), { "aria-pressed": String(stretch.key === now) }));
}

function drawLook() {
  const d = model.decided;
  if (!d || d.error) {
    fill(look, make("p", {}, "There is nothing to check yet."), d?.error ? refused("look", d.error) : null);
    return;
  }
  if (d.nothing) {
    fill(look, make("p", {}, "Nothing is handed over, so there is nothing to check. Step 4 records the answer."));
    return;
  }
  fill(look,
    make("p", { class: "todo" }, left() ? "Watch each part below: the picture shows exactly what will be handed over. Is everybody covered who has to be? If so, press Checked. If not, go back to step 1 and put the box right."
      : "Everything is checked. Go on to step 4."),
    make("p", { id: "remaining", class: left() ? "warn" : "good" }, remaining()),
    make("div", { class: "buttons" },
      button("checked", "Checked, next", checked, { class: "main", title: "C", disabled: !now && !left() }),
      button("again", "Play again", () => { const s = stretches().find((x) => x.key === now); if (s) show(s); else next(); })),
    make("ul", { class: "list", "aria-label": "Parts to check" }, ...stretches().map(line)),
    make("p", { class: "quiet" }, "These are the parts in which somebody enters, leaves or is shown, and in which the time begins or ends: mistakes are there. What you change later has to be checked again."));
}

const running = () => !["none", "ready", "failed"].includes(job.stage);
const title = () => ({ none: "", ready: "Ready, and verified", failed: "Nothing was made" }[job.stage] ?? `${job.stage[0].toUpperCase()}${job.stage.slice(1)}`);

/** Tells what came of it; whoever waited for it reads on there. */
function ended(waited) {
  tell("made");
  const at = document.activeElement;
  if (waited && (at === document.body || give.contains(at))) give.querySelector("h2")?.focus();
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
  drawGive();
  if (job.stage === "failed") found(job.error.spots);
  if (running()) setTimeout(watch, 300);
  else ended(!["none", "ready", "failed"].includes(before));
}

async function approve() {
  try {
    await saved();
    await server.approve(revision());
    job = { stage: "reading", done: 0, total: 0 };
    words = null;
    drawGive();
    document.getElementById("cancel").focus();
    watch();
  } catch (e) {
    job = { stage: "failed", error: { what: e.message, hint: e.hint, spots: e.spots } };
    drawGive();
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
      button("cancel", "Stop", () => server.cancel()));
  }
  const { made } = job;
  const link = (half, name, text) => make("li", {}, make("a", { href: `pack/${half}/${name}`, target: "_blank", rel: "noopener" }, text));
  const shown = made.files.map((f) => (f.name.endsWith(".mp4")
    ? make("video", { controls: true, src: `pack/send/${f.name}`, "aria-label": "The clip that is handed over" })
    : make("li", {}, make("a", { href: `pack/send/${f.name}`, target: "_blank", rel: "noopener" }, f.name))));
  return make("div", { id: "ready" }, make("h2", { class: "good", tabindex: "-1" }, title()),
    ...shown,
    make("p", {}, made.files.length ? "Watch it from beginning to end. Then give the requester what is in the folder \"send\". The folder \"keep\" is your own file: never send it."
      : "The answer is recorded. Hand over the notice, which says:"),
    made.files.length ? null : said(),
    make("ul", { class: "list" }, link("send", "notice.html", "The notice for the requester"), link("keep", "disclosure-log.json", "Your own log"), link("keep", "tracks.json", "The tracks as they were used")),
    make("p", { class: "quiet", id: "pack" }, made.pack),
    button("open-folder", "Open the folder", () => server.showPack().catch((e) => tell("trouble", e))),
    make("ul", { class: "list" }, ...made.warnings.map((w) => make("li", { class: "warn" }, w))));
}

let words = null; // of the notice

/** What the notice says, where it is all that the requester gets. */
function said() {
  const shown = make("blockquote", { id: "notice" }, ...(words ?? []));
  if (!words) {
    words = [];
    server.notice().then((lines) => {
      words = lines.map(([kind, text]) => make(kind, {}, text));
      drawGive();
    }).catch((e) => tell("trouble", e));
  }
  return shown;
}

function drawGive() {
  const d = model.decided;
  const made = job.stage === "ready";
  const missing = [];
  if (!d || d.error) missing.push(d?.error ? refused("give", d.error) : make("p", {}, "One moment."));
  if (d?.record.error) missing.push(refused("give-record", d.record.error));
  const needsReason = left() > 0;
  if (needsReason && !d?.error) missing.push(make("p", { class: "warn" }, `${left()} of ${stretches().length} parts are not checked: step 3. Or write down why that is not needed:`));
  const may = d && !d.error && !d.record.error && (!needsReason || reason());
  fill(give, made ? result() : null, ...missing,
    needsReason && !d?.error ? field("reason", "Reason (in your log)", reason(), because) : null,
    d?.recoverable ? make("p", { class: "warn" }, "The way of covering that is chosen leaves something of those it covers: they may be recognised. Frost and fill do not.") : null,
    make("p", { class: "quiet" }, `The pack is made in ${model.out}. ${nothing() ? "It holds the notice for the requester and your log." : "Everything is covered, written, opened again and checked; only then does it appear."}`),
    button("approve", nothing() ? "Record this answer and make its notice" : "Approve and make the pack", approve, { class: made ? null : "main", disabled: !may || running() }),
    made ? null : result());
}

function draw() {
  drawLook();
  drawGive();
}

listen((what) => {
  if (!model.request) return;
  if (["begin", "work", "decided"].includes(what)) redraw();
  if (what === "begin") watch();
});
