// Step 1, Mark: what is to be covered, everybody who is marked, and what can be done with them.

import * as edit from "./boxes.js";
import { taking } from "./bring.js";
import * as server from "./server.js";
import { announce, button, choice, field, fill, make, sentences, soon, tick } from "./dom.js";
import { forget, gapList } from "./gaps.js";
import { change, chosen, freeId, item, listen, model, role, saved, settle } from "./model.js";
import { go } from "./player.js";
import { add, choose, put } from "./stage.js";

const panel = document.getElementById("step-mark");
const redraw = soon(panel, draw);
const FRAMES = 250; // that are followed at once
const EVERY = 5; // frames between proposed key frames
const ROLES = [["third-party", "somebody else: cover"], ["subject", "the requester: show"],
  ["consent", "agreed to be shown"], ["reasonable-without-consent", "shown without consent (say why)"]];
let said = "";
let following = false;

const here = () => chosen() && edit.boxAt(model.footage, model.tracks, chosen(), model.frame);
const covering = () => (item().obscure === "all-but-subject" ? "all-but-subject" : "third-parties");

function say(words) {
  said = words;
  announce(said);
  draw();
}

/** Does something to the chosen person, or says why not. */
function act(edited, why) {
  let done = true;
  if (chosen()) change(() => { done = edited(chosen()); return done; });
  say(done === false || done === null ? why : "");
}

/** A new box in the middle of the picture, for those who cannot draw one. */
export function middle() {
  const [w, h] = model.footage.size;
  put([w * 0.45, h * 0.35, w * 0.1, h * 0.3]);
  say("");
}

/** Follows the chosen person from here on, until it is not sure. */
export async function follow() {
  const track = chosen();
  const start = here();
  if (!track || !start || track.whole || following) return;
  following = true;
  say("Following");
  try {
    await saved();
    const from = model.frame;
    const found = await server.follow(from, start.box, FRAMES);
    const proposed = found.boxes.filter((b, i) => (i + 1) % EVERY === 0 || i === found.boxes.length - 1);
    change(() => {
      edit.setBox(model.footage, track, from, start.box);
      for (const b of proposed) edit.setBox(model.footage, track, b.frame, b.box);
    });
    const end = found.boxes.at(-1)?.frame ?? from;
    said = found.stopped
      ? `Followed as far as here (${end - from} frames), then stopped: ${found.stopped}. Put the box right and follow again, or press Leaves here.`
      : `Followed for ${end - from} frames. Look at all of it: is it the same person throughout? Then follow again.`;
    go(end);
  } catch (e) {
    said = sentences(e);
  }
  following = false;
  say(said);
}

function setRole(track, value) {
  change(() => {
    track.role = value === "subject" ? "subject" : "third-party";
    track.shown_because = value.startsWith("consent") || value.startsWith("reasonable") ? value : null;
    if (value === "reasonable-without-consent") track.justification ??= "to be stated";
    if (value === "subject" || value === "third-party") track.justification = null;
  });
}

function person(track) {
  const own = track.id === model.chosen;
  const runs = model.decided?.tracks?.find((t) => t.id === track.id)?.runs ?? [];
  const first = () => {
    choose(track.id);
    const key = track.keyframes[0];
    go(runs[0]?.[0] ?? key.frame ?? 0);
  };
  const words = { subject: "requester", "third-party": "covered", shown: "shown" }[role(track)];
  const head = make("div", { class: "head" },
    button(`pick-${track.id}`, `${track.id}${track.label ? ` ${track.label}` : ""}: ${words}`, first, { "aria-pressed": String(own), title: "Choose, and go to the first frame" }));
  if (!own) return make("li", { class: role(track) }, head);
  const others = model.tracks.tracks.filter((t) => t !== track && !t.whole);
  const value = track.role === "subject" ? "subject" : track.shown_because ?? "third-party";
  return make("li", { class: `${role(track)} chosen` }, head,
    choice("role", "Who is it?", value, ROLES, (v) => setRole(track, v)),
    value === "reasonable-without-consent"
      ? field("justification", "Why it is reasonable (kept, never sent)", track.justification, (v) => v && change(() => { track.justification = v; })) : null,
    field("label", "What is it? (a person, a car; no name)", track.label, (v) => change(() => { track.label = v; })),
    tick("whole", "stays in the same place for the whole recording", Boolean(track.whole), (stays) => change(() => {
      const box = here()?.box ?? track.keyframes[0].box;
      track.whole = stays;
      if (stays) edit.setBox(model.footage, track, model.frame, box);
    })),
    make("div", { class: "buttons" },
      button("follow", "Follow", follow, { class: "main", disabled: !here() || track.whole || following, title: "F" }),
      button("arrives", "Arrives here", () => act((t) => edit.arrive(model.footage, model.tracks, t, model.frame), "There is no box in this frame.")),
      button("leaves", "Leaves here", () => act((t) => edit.leave(model.footage, model.tracks, t, model.frame), "There is no box in this frame.")),
      button("drop", "Remove this position", () => act((t) => edit.dropKey(model.footage, t, model.frame), "No position was set in this frame, or it is the only one.")),
      button("split", "Somebody else from here", () => act((t) => {
        const after = edit.split(model.footage, model.tracks, t, model.frame);
        if (!after) return false;
        Object.assign(after, { id: freeId(), role: "third-party", shown_because: null, justification: null });
        model.tracks.tracks.push(after);
        return true;
      }, "Go to the first frame in which it is somebody else: there is no box here, or none before.")),
      button("remove", "Delete", () => {
        change(() => {
          model.tracks.tracks = model.tracks.tracks.filter((t) => t !== track);
          forget(track.id);
        });
        choose(null);
      })),
    gapList(track),
    others.length ? choice("merge", "The same person as", "", [["", "nobody else"], ...others.map((t) => [t.id, t.id])], (id) => {
      const other = model.tracks.tracks.find((t) => t.id === id);
      act((t) => {
        if (!edit.merge(model.footage, t, other)) return false;
        model.tracks.tracks = model.tracks.tracks.filter((o) => o !== other);
        forget(other.id);
        return true;
      }, "Both are in the picture at the same time, so they are two.");
    }) : null);
}

function question() {
  const option = (value, words, more) => make("label", { class: "row" }, make("input", {
    type: "radio", name: "obscure", id: `obscure-${value}`, checked: covering() === value,
    change: () => change(() => { item().obscure = value; }),
  }), make("span", {}, words, make("span", { class: "more" }, more)));
  return make("fieldset", {}, make("legend", {}, "What is to be covered?"),
    option("all-but-subject", "Show only the requester", "All the rest is covered: mark one person"),
    option("third-parties", "Cover chosen people", "All the rest is shown: mark everybody else"));
}

function draw() {
  if (!model.footage) return;
  const tracks = model.tracks.tracks;
  const subject = tracks.some((t) => t.role === "subject");
  const next = !subject && covering() === "all-but-subject"
    ? "Go to a picture that shows the requester, and draw a box around them with the mouse."
    : !tracks.length ? "Draw a box with the mouse around everybody who is to be covered."
      : !chosen() ? "Choose somebody from the list, or in the picture, to go on with them; or draw the next box."
        : "Go on in time, and put the box right where it no longer fits; Follow proposes it. At the last picture that shows them, press Leaves here.";
  fill(panel, question(), make("p", { class: "todo", id: "mark-said" }, said || next),
    make("ul", { class: "people", "aria-label": "Everybody marked" }, ...tracks.map(person)),
    make("div", { class: "buttons" },
      button("new-box", "New box", middle, { title: "N" }),
      button("new-mask", "New fixed mask", () => {
        const [w, h] = model.footage.size;
        add([w * 0.4, h * 0.4, w * 0.2, h * 0.2], true);
      })),
    taking(say));
}

listen((what) => {
  if (what === "chosen") said = "";
  if (["begin", "work", "chosen", "decided"].includes(what)) redraw();
  if (what === "frame" && chosen()) {
    // Only what depends on the frame; the rest may have the focus.
    const follow_ = document.getElementById("follow");
    if (follow_) follow_.disabled = !here() || chosen().whole || following;
    settle();
  }
});
