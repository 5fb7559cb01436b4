// Step 4, Approve: in short, what is about to be made, for a last look at it.

import { make } from "./dom.js";
import { item, model, role } from "./model.js";
import { nothing } from "./record.js";
import { position } from "./time.js";
import { amount } from "./verdict.js";

const ANSWERS = { clip: "a clip", still: "single pictures", refuse: "nothing: the request is refused", "no-data-held": "nothing: there is no recording of them" };
const GROUNDS = { "third-party-rights": "the rights of others", "manifestly-unfounded": "manifestly unfounded", "manifestly-excessive": "manifestly excessive", "other-exemption": "another exemption in law" };
const SOUND = { drop: "left out", keep: "all of it is kept", mute: "kept, some of it is silenced" };

/** Those who play a part, by their names in the list. */
function who(part) {
  const found = model.tracks.tracks.filter((t) => role(t) === part);
  return found.map((t) => (t.label ? `${t.id} ${t.label}` : t.id)).join(", ");
}

function handedOver() {
  const it = item();
  const asked = model.decided.asked ?? [];
  const agreed = who("shown");
  const all = it.obscure === "all-but-subject";
  return [
    ["Time", `${it.kind === "clip" ? `${asked.map(position).join(" to ")} into the recording: ` : ""}${amount()}`],
    ["Shown", all ? [who("subject"), agreed].filter(Boolean).join(", ") : `everything but who is covered${agreed ? `, and of those who are marked ${agreed}` : ""}`],
    ["Covered", all ? "everything else" : who("third-party") || "nobody"],
    ["Method", it.method ?? "frost"],
    ["Sound", model.footage.audio && it.kind === "clip" ? SOUND[it.audio?.action ?? "drop"] : "there is none"],
  ];
}

/** What is made when it is approved; nothing while it is not decided. */
export function summary() {
  const d = model.decided;
  if (!d || d.error) return null;
  const { reference, decision } = model.request;
  const outcome = nothing() ? decision.outcome : item().kind;
  const lines = [["Reference", reference || "missing"], ["The requester gets", ANSWERS[outcome]],
    ...(outcome === "refuse" ? [["Ground", GROUNDS[decision.ground] ?? "missing"]] : []), ...(nothing() ? [] : handedOver())];
  return make("dl", { class: "summary", id: "summary" }, ...lines.flatMap(([name, words]) => [make("dt", {}, name), make("dd", {}, words)]));
}
