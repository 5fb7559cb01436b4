// Times at which somebody is unmarked for long between two presences: what there is of them, and what is said of each.

import { button, make } from "./dom.js";
import { change, item, model } from "./model.js";
import { go } from "./player.js";
import { frameAt, position } from "./time.js";

const BRIDGE = 1; // seconds that are bridged unless the request says otherwise
const WORDS = { absent: "not there", cover: "covered where they may be" };
const near = (text, seconds) => Math.abs(Number(text) - seconds) < 1e-6;
const list = () => (Array.isArray(item().gaps) ? item().gaps : []);
const span = (gap) => `${position(Number(gap.from))} to ${position(Number(gap.to))}`;

/** Long gaps of a track in seconds, each from the first frame without a box to the next one with one. */
function gapsOf(track) {
  const { times } = model.footage;
  const runs = model.decided?.tracks?.find((t) => t.id === track.id)?.runs ?? [];
  const bridge = parseFloat(item().bridge ?? BRIDGE);
  return runs.slice(1).map((run, i) => ({ track: track.id, from: times[runs[i][1] + 1], to: times[run[0]], length: times[run[0]] - times[runs[i][1]] }))
    .filter((gap) => gap.length > bridge);
}

const about = (gap) => (said) => said.track === gap.track && near(said.from, gap.from) && near(said.to, gap.to);

/** Says of one gap what is so; nothing takes it back. To be called in a change. */
function say(gap, is) {
  const rest = list().filter((said) => !about(gap)(said));
  const new_ = is ? [{ track: gap.track, from: gap.from.toFixed(9), to: gap.to.toFixed(9), is }] : [];
  item().gaps = rest.length + new_.length ? [...rest, ...new_] : null;
}

/** What is said of a track's gaps goes with it. To be called in a change. */
export function forget(track) {
  if (list().length) item().gaps = list().filter((said) => said.track !== track);
}

/** The choices about one gap. */
export function choices(id, gap) {
  const said = list().find(about(gap))?.is;
  const one = (is, words) => button(`${id}-${is}`, words, () => change(() => say(gap, said === is ? null : is)),
    { "aria-pressed": String(said === is), "aria-label": `${gap.track}, ${span(gap)}: ${words}` });
  return [one("absent", "Not there"), one("cover", "Cover where they may be")];
}

/** A track's long gaps, with what can be said of each; nothing where one rule holds for all gaps. */
export function gapList(track) {
  if (track.role === "subject" || track.shown_because || track.whole || typeof item().gaps === "string" && item().gaps !== "refuse") return null;
  const gaps = gapsOf(track);
  if (!gaps.length) return null;
  return make("ul", { class: "list", "aria-label": "Times without a box" }, ...gaps.slice(0, 20).map((gap, n) => make("li", {},
    button(`gap-${n}`, `No box from ${span(gap)}`, () => go(frameAt(model.footage.times, gap.from))),
    make("div", { class: "buttons" }, ...choices(`gap-${n}`, gap)))));
}

/** What was said of single gaps, to be taken back. */
export function statements() {
  if (!list().length) return null;
  return make("ul", { class: "list", "aria-label": "What was said of single gaps" }, ...list().map((said, n) => make("li", {},
    `${said.track}, ${span(said)}: ${WORDS[said.is] ?? said.is} `,
    button(`statement-${n}`, "Take back", () => change(() => {
      const rest = list().filter((_, i) => i !== n);
      item().gaps = rest.length ? rest : null;
    }), { "aria-label": `Take back: ${said.track}, ${span(said)}` }))));
}
