// Steps 3 and 4: looking at what will be handed over, moment by moment, and approving it.

import * as server from "./server.js";
import { button, field, fill, make, soon } from "./dom.js";
import { listen, mark, model, saved, tell } from "./model.js";
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
const left = () => stretches().filter((s) => !seen(s)).length;

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
  if (found) show(found);
  else {
    now = null;
    draw();
  }
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
    fill(look, make("p", {}, "There is nothing to look at yet."), d?.error ? refused("look", d.error) : null);
    return;
  }
  if (d.nothing) {
    fill(look, make("p", {}, "Nothing is handed over, so there is nothing to look at. Step 4 records the answer."));
    return;
  }
  fill(look,
    make("p", {}, "Here somebody enters, leaves or is shown, or the time begins or ends. That is where a box that is late, missing or on somebody else does harm. Look at each as it will be handed over."),
    make("p", { id: "remaining", role: "status", class: left() ? "warn" : "good" }, left() ? `${left()} of ${stretches().length} to look at` : "All looked at."),
    make("div", { class: "buttons" },
      button("checked", "Looked at, next", checked, { class: "main", title: "C", disabled: !now && !left() }),
      button("again", "Play again", () => { const s = stretches().find((x) => x.key === now); if (s) show(s); else next(); })),
    make("ul", { class: "list", "aria-label": "Stretches to look at" }, ...stretches().map(line)),
    make("p", { class: "quiet" }, "A mark holds for what was seen: what changes later has to be looked at again."));
}

async function watch() {
  try {
    job = await server.progress();
  } catch (e) {
    tell("trouble", e);
    return;
  }
  drawGive();
  if (job.stage === "failed") found(job.error.spots);
  if (!["none", "ready", "failed"].includes(job.stage)) setTimeout(watch, 300);
}

async function approve() {
  try {
    await saved();
    await server.approve();
    job = { stage: "reading", done: 0, total: 0 };
    words = null;
    drawGive();
    watch();
  } catch (e) {
    job = { stage: "failed", error: { what: e.message, hint: e.hint, spots: e.spots } };
    drawGive();
  }
}

function result() {
  if (job.stage === "none") return null;
  if (job.stage === "failed") return make("div", { id: "failed" }, make("h3", {}, "Nothing was made"), refused("failed", job.error), make("p", { class: "quiet" }, "Your work is as it was."));
  if (job.stage !== "ready") {
    return make("div", { id: "running" }, make("h3", {}, job.stage),
      make("progress", { "aria-label": job.stage, ...(job.total ? { value: job.done, max: job.total } : {}) }),
      make("p", { class: "quiet" }, job.total ? `${job.done} of ${job.total} frames` : ""),
      button("cancel", "Stop", () => server.cancel()));
  }
  const { made } = job;
  const link = (half, name, text) => make("li", {}, make("a", { href: `pack/${half}/${name}`, target: "_blank", rel: "noopener" }, text));
  const shown = made.files.map((f) => (f.name.endsWith(".mp4")
    ? make("video", { controls: true, src: `pack/send/${f.name}`, "aria-label": "The clip that is handed over" })
    : make("li", {}, make("a", { href: `pack/send/${f.name}`, target: "_blank", rel: "noopener" }, f.name))));
  return make("div", { id: "ready" }, make("h3", { class: "good" }, "Ready, and verified"),
    ...shown,
    make("p", {}, made.files.length ? "Look at it from beginning to end. Hand over what is in send; keep the rest, and never send it."
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
  const busy = !["none", "ready", "failed"].includes(job.stage);
  const missing = [];
  if (!d || d.error) missing.push(d?.error ? refused("give", d.error) : make("p", {}, "One moment."));
  if (d?.record.error) missing.push(refused("give-record", d.record.error));
  const needsReason = left() > 0;
  if (needsReason && !d?.error) missing.push(make("p", { class: "warn" }, `${left()} of ${stretches().length} stretches were not looked at: step 3. Or write down why that is not needed:`));
  const may = d && !d.error && !d.record.error && (!needsReason || model.checks.reason);
  fill(give, ...missing,
    needsReason && !d?.error ? field("reason", "Reason (in your log)", model.checks.reason, (v) => mark((c) => { c.reason = v; })) : null,
    d?.recoverable ? make("p", { class: "warn" }, "This method leaves something of those covered: they may be recognised. Frost and fill do not.") : null,
    make("p", { class: "quiet" }, `The pack is made in ${model.out}. ${nothing() ? "It holds the notice for the requester and your log." : "Everything is covered, written, opened again and checked; only then does it appear."}`),
    button("approve", nothing() ? "Record this answer and make its notice" : "Approve and make the pack", approve, { class: "main", disabled: !may || busy }),
    result());
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
