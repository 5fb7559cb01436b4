// Step 2, Details: how people are covered.

import { choice, field, part, tick } from "./dom.js";
import { statements } from "./gaps.js";
import { change, item } from "./model.js";

const set = (key) => (value) => change(() => { item()[key] = value; });

/** Method, room, times before and after, gaps, damage. */
export function covering() {
  const it = item();
  return part("Covering",
    choice("method", "How", it.method ?? "frost", [["frost", "frost: like frosted glass, nothing left"], ["fill", "fill: plain grey, nothing left"],
      ["blur", "blur: people may be recognised"], ["pixelate", "pixelate: people may be recognised"]], set("method")),
    field("margin", "Room around each box", it.margin, set("margin"), { placeholder: "10%" }),
    field("margin-min", "At least", it.margin_min, set("margin_min"), { placeholder: "8px" }),
    field("hold", "Goes on before and after each presence, seconds", it.hold, set("hold"), { placeholder: "0.5" }),
    field("bridge", "Goes on between two presences that are no farther apart than, seconds", it.bridge, set("bridge"), { placeholder: "1.0" }),
    choice("gaps", "Where somebody is unmarked for longer, in tracks with a box for every frame", typeof it.gaps === "string" ? it.gaps : "refuse",
      [["refuse", "stop and ask about each"], ["cover", "cover where they may be"], ["absent", "they are not there"]], set("gaps")),
    statements(),
    choice("damaged", "Where the recording is damaged", it.damaged ?? "refuse", [["refuse", "stop"], ["cover", "cover the whole picture"]], set("damaged")),
    it.kind === "clip" ? choice("render", "Pictures in which nothing is covered", it.render ?? "full", [["full", "are made anew like the others"], ["smart", "are copied as they were coded, where the recording allows it"]], set("render")) : null,
    tick("nobody", "I have looked: there is nobody else in this time", Boolean(it.no_third_parties), set("no_third_parties")));
}
