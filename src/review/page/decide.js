// Step 2: what is handed over. The time, the kind, how people are covered, and what a record needs.

import { button, choice, field, fill, make, refusal, soon } from "./dom.js";
import { change, item, listen, model } from "./model.js";
import { go } from "./player.js";
import { notBefore, position } from "./time.js";

const panel = document.getElementById("what");
const redraw = soon(panel, draw);
const set = (what, key) => (value) => change(() => { what()[key] = value; });
const request = () => model.request;
const here = () => position(model.footage.times[model.frame]);
const after = () => {
  const next = model.footage.times[model.frame + 1] ?? model.footage.end;
  return notBefore(next);
};

function part(name, ...children) {
  return make("fieldset", {}, make("legend", {}, name), ...children);
}

function window_() {
  const it = item();
  const by = (key, value) => () => change(() => { it[key] = value(); });
  if (it.kind === "still") {
    return [
      field("at", "When, one or several, with commas between", (it.at ?? []).join(", "), (v) => change(() => { it.at = (v ?? "").split(",").map((t) => t.trim()).filter(Boolean); })),
      make("div", { class: "buttons" }, button("at-here", "Add this frame", () => change(() => { it.at = [...(it.at ?? []), here()]; }))),
    ];
  }
  return [
    field("from", "From", it.from, set(item, "from")),
    make("div", { class: "buttons" }, button("from-here", "From this frame", by("from", here))),
    field("to", "To (what is shown at this instant is no longer in it)", it.to, set(item, "to")),
    make("div", { class: "buttons" }, button("to-here", "Up to this frame, inclusive", by("to", after))),
  ];
}

function clock() {
  const it = item();
  const c = it.clock ?? {};
  const put = (key) => (value) => change(() => {
    it.clock = { start: null, zone: null, error_seconds: null, ...it.clock, [key]: value };
    if (!it.clock.start && !it.clock.zone && it.clock.error_seconds == null) it.clock = null;
  });
  const found = model.footage.clocks;
  const hint = [found.filename && `the file's name says ${found.filename} (write filename)`,
    found.container && `the file itself says ${found.container} (write container)`].filter(Boolean).join("; ");
  return part("Clock",
    make("p", { class: "quiet" }, `Read the clock in the very first picture. ${hint ? `Found: ${hint}.` : ""}`),
    field("clock-start", "It shows (2026-10-12T09:00:00)", c.start, put("start")),
    field("clock-error", "It is fast by so many seconds (-42 where slow)", c.error_seconds, (v) => put("error_seconds")(v == null || Number.isNaN(Number(v)) ? null : Number(v))),
    field("clock-zone", "Time zone", c.zone, put("zone"), { placeholder: "Europe/London" }));
}

function covering() {
  const it = item();
  return part("Covering",
    choice("method", "How", it.method ?? "frost", [["frost", "frost: like frosted glass, nothing left"], ["fill", "fill: plain grey, nothing left"],
      ["blur", "blur: people may be recognised"], ["pixelate", "pixelate: people may be recognised"]], set(item, "method")),
    field("margin", "Room around each box", it.margin, set(item, "margin"), { placeholder: "10%" }),
    field("margin-min", "At least", it.margin_min, set(item, "margin_min"), { placeholder: "8px" }),
    field("hold", "Goes on before and after each presence, seconds", it.hold, set(item, "hold"), { placeholder: "0.5" }),
    choice("gaps", "Where somebody is unmarked for long, in tracks with a box for every frame", typeof it.gaps === "string" ? it.gaps : "refuse",
      [["refuse", "stop and ask"], ["cover", "cover where they may be"], ["absent", "they are not there"]], set(item, "gaps")),
    choice("damaged", "Where the recording is damaged", it.damaged ?? "refuse", [["refuse", "stop"], ["cover", "cover the whole picture"]], set(item, "damaged")),
    make("label", { class: "row" }, make("input", { id: "nobody", type: "checkbox", checked: it.no_third_parties, change: (e) => set(item, "no_third_parties")(e.target.checked) }),
      "I have looked: there is nobody else in this time"));
}

function record() {
  const r = request();
  const decision = () => {
    r.decision ??= { outcome: item().kind, ground: null, reason_internal: null, reason_to_requester: null };
    return r.decision;
  };
  const by = () => r.redacted_by;
  return part("For the record",
    field("reference", "Your reference for the request: names the folder", r.reference, (v) => change(() => { r.reference = v ?? ""; }), { placeholder: "SAR-2026-014" }),
    field("camera", "Camera (the requester reads it)", item().camera, set(item, "camera")),
    field("controller", "Organisation that the recording belongs to", r.controller, set(request, "controller")),
    choice("redactor", "Covered by", by().role, [["controller", "that organisation itself"], ["processor", "a processor under contract"]],
      (v) => change(() => { r.redacted_by = { contract_reference: null, instruction_reference: null, ...by(), role: v }; })),
    ...(by().role === "processor" ? [
      field("contract", "Contract reference", by().contract_reference, (v) => change(() => { by().contract_reference = v; })),
      field("instruction", "Instruction reference", by().instruction_reference, (v) => change(() => { by().instruction_reference = v; })),
    ] : []),
    field("operator", "Made by (a role, not a name)", r.operator, set(request, "operator")),
    field("authoriser", "Decided by (a role, not a name)", r.authoriser, set(request, "authoriser")),
    choice("identity", "Identity of the requester", r.identity ?? "", [["", "not stated"], ["checked", "checked"], ["not-needed", "known"], ["awaited", "awaited"]],
      (v) => change(() => { r.identity = v || null; })),
    field("reason-internal", "Reason, for your file only", r.decision?.reason_internal, (v) => change(() => { decision().reason_internal = v; })),
    field("reason-to-requester", "Reason, for the requester", r.decision?.reason_to_requester, (v) => change(() => { decision().reason_to_requester = v; })));
}

function warnings() {
  const d = model.decided;
  if (!d) return null;
  if (d.error) return refusal(d.error);
  const links = d.concerns.map((c) => make("li", {}, button(null, `${position(model.footage.times[c.frame])} ${c.what}`, () => go(c.frame))));
  const lines = d.warnings.map((w) => make("li", { class: "warn" }, w));
  const missing = d.missing.map((m) => make("li", { class: "warn" }, `Missing from ${position(m.from)} to ${position(m.to)}: ${m.why}`));
  return make("div", {}, make("p", { class: "good" }, `${d.frames} frames would be handed over.`),
    make("ul", { class: "list", id: "concerns", "aria-label": "To look at" }, ...links, ...missing, ...lines));
}

function draw() {
  const it = item();
  fill(panel, make("div", { id: "verdict" }, warnings()),
    part("Which time", choice("kind", "As", it.kind, [["clip", "a clip"], ["still", "single pictures"]], (v) => change(() => {
      it.kind = v;
      if (model.request.decision) model.request.decision.outcome = v;
    })), ...window_()),
    clock(), covering(),
    model.footage.audio && it.kind === "clip" ? part("Sound", choice("audio", "Other people may be heard in it", it.audio?.action ?? "drop",
      [["drop", "leave it out"], ["keep", "keep it"]], (v) => change(() => { it.audio = { action: v, mute: [] }; }))) : null,
    record());
}

listen((what) => {
  if (!model.footage) return;
  if (["begin", "work", "decided"].includes(what)) redraw();
});
