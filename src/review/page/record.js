// Step 2, Details: the answer and what a record of it needs. Whatever a request can say apart from what is made is said here.

import { button, choice, field, make, part } from "./dom.js";
import { change, item, model } from "./model.js";
import * as typed from "./typed.js";
import { kind } from "./wanted.js";

const DATE = /^\d{4}-\d\d-\d\d$/;
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const request = () => model.request;
const set = (key) => (value) => change(() => { request()[key] = value; });

/** Sets a field of a part of the request that is only there while any of its fields is. */
const within = (name, keys) => (key) => (value) => change(() => {
  const whole = { ...Object.fromEntries(keys.map((k) => [k, null])), ...request()[name], [key]: value };
  request()[name] = keys.some((k) => whole[k] != null) ? whole : null;
});
const delivery = within("delivery", ["method", "recipient_reference", "date"]);
const retention = within("retention", ["working_files_until", "log_until"]);

/** A day; what was given in other words stays as it was given. */
const day = (id, words, value, put) => field(id, words, value, put, { type: !value || DATE.test(value) ? "date" : "text" });

/** Whether nothing is handed over. */
export const nothing = () => ["refuse", "no-data-held"].includes(request().decision?.outcome);

function decide(outcome) {
  change(() => {
    const r = request();
    const ground = outcome === "refuse" ? r.decision?.ground ?? null : null;
    r.decision = { reason_internal: null, reason_to_requester: null, ...r.decision, outcome, ground };
    if (outcome === "clip" || outcome === "still") kind(outcome);
  });
}

const reason = (key) => (value) => change(() => {
  const r = request();
  r.decision = { outcome: item()?.kind, ground: null, reason_internal: null, reason_to_requester: null, ...r.decision, [key]: value };
});

/** What the requester gets, and why. */
export function answer() {
  const d = request().decision;
  return part("The answer",
    choice("answer", "The requester gets", nothing() ? d.outcome : item().kind, [...(item() ? [["clip", "a clip"], ["still", "single pictures"]] : []),
      ["refuse", "nothing: the request is refused"], ["no-data-held", "nothing: there is no recording of them"]], decide),
    d?.outcome === "refuse" ? choice("ground", "On which ground", d.ground ?? "", [["", "to be chosen"],
      ["third-party-rights", "it would harm the rights of others"], ["manifestly-unfounded", "it is manifestly unfounded"],
      ["manifestly-excessive", "it is manifestly excessive"], ["other-exemption", "another exemption in law"]],
    (v) => change(() => { d.ground = v || null; })) : null,
    field("reason-to-requester", "Reason, for the requester", d?.reason_to_requester, reason("reason_to_requester")),
    field("reason-internal", "Reason, for your file only", d?.reason_internal, reason("reason_internal")));
}

/** A reference that cannot name a folder, with one that can. */
function mistaken() {
  const { reference } = request();
  const better = typed.reference(reference);
  if (!reference || REFERENCE.test(reference)) return null;
  return make("div", {}, make("p", { class: "bad", role: "status", id: "reference-said" },
    "This names a folder: letters without accents, digits, full stops, underlines and hyphens only, 64 at most, the first a letter or digit."),
  better ? button("reference-better", `Use ${better}`, () => change(() => { request().reference = better; })) : null);
}

/** A month after a day, or the last day of the month where that is shorter. */
function monthAfter(text) {
  const [year, month, date] = text.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(date, last))).toISOString().slice(0, 10);
}

function due() {
  const r = request();
  if (r.due || !DATE.test(r.received ?? "")) return null;
  const later = monthAfter(r.received);
  return button("due-month", `A month after it came: ${later}`, () => change(() => { r.due = later; }));
}

/** Everything else that a disclosure has to record. */
export function record() {
  const r = request();
  const by = r.redacted_by;
  const put = (key) => (v) => change(() => { r.redacted_by = { contract_reference: null, instruction_reference: null, ...r.redacted_by, [key]: v }; });
  return [
    part("The request",
      field("reference", "Your reference: names the folder that is made", r.reference, (v) => change(() => { r.reference = v ?? ""; }), { placeholder: "SAR-2026-014" }),
      mistaken(),
      day("received", "The request came on", r.received, set("received")),
      day("due", "The answer is due on", r.due, set("due")), due(),
      choice("identity", "Identity of the requester", r.identity ?? "", [["", "not stated"], ["checked", "checked"], ["not-needed", "known"], ["awaited", "awaited"]],
        (v) => set("identity")(v || null))),
    part("Who covers and decides",
      field("controller", "Organisation that the recording belongs to", r.controller, set("controller")),
      choice("redactor", "Covered by", by.role, [["controller", "that organisation itself"], ["processor", "a processor under contract"]], put("role")),
      ...(by.role === "processor" ? [field("contract", "Contract reference", by.contract_reference, put("contract_reference")),
        field("instruction", "Instruction reference", by.instruction_reference, put("instruction_reference"))] : []),
      field("operator", "Made by (a role, not a name)", r.operator, set("operator")),
      field("authoriser", "Decided by (a role, not a name)", r.authoriser, set("authoriser"))),
    part("Handing over and keeping",
      field("delivery-method", "How it is handed over", r.delivery?.method, delivery("method"), { placeholder: "collected on encrypted stick" }),
      field("delivery-recipient", "To whom (a reference, not a name)", r.delivery?.recipient_reference, delivery("recipient_reference")),
      day("delivery-date", "On", r.delivery?.date, delivery("date")),
      day("retention-files", "Exports and working files are kept until", r.retention?.working_files_until, retention("working_files_until")),
      day("retention-log", "The log is kept until", r.retention?.log_until, retention("log_until"))),
  ];
}
