// The picture with its boxes: drawn, moved and resized with the mouse or the keyboard; larger and smaller.

import { boxAt, setBox } from "./boxes.js";
import { change, chosen, freeId, item, listen, model, role, settle, tell } from "./model.js";
import { setWidth } from "./player.js";
import { position, wall } from "./time.js";

const stage = document.getElementById("stage");
const canvas = document.getElementById("picture");
const svg = document.getElementById("boxes");
const HANDLES = [[0, 0], [1, 0], [0, 1], [1, 1]];
const WORDS = { subject: "the requester", "third-party": "somebody else", shown: "shown with consent" };

let zoom = 1;
let centre = null; // of what is seen, in picture shares
let last = null; // the picture that is shown
let drag = null;

/** Where the picture lies in the stage, in CSS pixels. */
function place() {
  const [w, h] = model.footage.shown_size;
  const fit = Math.min(stage.clientWidth / w, stage.clientHeight / h) * zoom;
  const [cx, cy] = centre ?? [0.5, 0.5];
  const along = (side, room, c) => (side <= room ? (room - side) / 2 : Math.min(0, Math.max(room - side, room / 2 - c * side)));
  return { x: along(w * fit, stage.clientWidth, cx), y: along(h * fit, stage.clientHeight, cy), w: w * fit, h: h * fit };
}

/** Pixels of boxes to CSS pixels of the stage, along each axis. */
function scale(at = place()) {
  return [at.w / model.footage.size[0], at.h / model.footage.size[1]];
}

function toBoxes(event) {
  const at = place();
  const [sx, sy] = scale(at);
  const r = svg.getBoundingClientRect();
  return [(event.clientX - r.left - at.x) / sx, (event.clientY - r.top - at.y) / sy];
}

export function enlarge(by, around = null) {
  zoom = Math.min(8, Math.max(1, zoom * by));
  const here = chosen() && boxAt(model.footage, model.tracks, chosen(), model.frame);
  const [w, h] = model.footage.size;
  if (around) centre = around;
  else if (here) centre = [(here.box[0] + here.box[2] / 2) / w, (here.box[1] + here.box[3] / 2) / h];
  if (zoom === 1) centre = null;
  fit();
}

function fit() {
  setWidth(place().w * devicePixelRatio);
  paint();
  boxes();
}

function paint() {
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(stage.clientWidth * ratio), Math.round(stage.clientHeight * ratio)];
  const context = canvas.getContext("2d");
  // A canvas that is given a size is made anew, even if it is the same.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  else context.clearRect(0, 0, width, height);
  const at = place();
  if (last?.bitmap?.width) context.drawImage(last.bitmap, at.x * ratio, at.y * ratio, at.w * ratio, at.h * ratio);
}

function element(kind, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

/** All boxes of this frame. */
function boxes() {
  const focused = document.activeElement?.dataset?.track;
  svg.replaceChildren();
  svg.classList.toggle("covered", model.covered);
  if (model.covered || !model.footage) return;
  const at = place();
  const [sx, sy] = scale(at);
  for (const track of model.tracks.tracks) {
    const here = boxAt(model.footage, model.tracks, track, model.frame);
    if (!here) continue;
    const [x, y, w, h] = here.box;
    const rect = { x: at.x + x * sx, y: at.y + y * sy, width: Math.max(w * sx, 1), height: Math.max(h * sy, 1) };
    const own = track.id === model.chosen;
    const name = `${track.id}${track.label ? ` ${track.label}` : ""}, ${WORDS[role(track)]}`;
    const group = element("g", {
      class: `box ${role(track)} ${own ? "chosen" : ""} ${here.key ? "" : "between"}`,
      tabindex: 0, role: "button", "aria-label": name, "aria-pressed": own, "data-track": track.id,
    }, svg);
    element("rect", { ...rect, class: "under" }, group);
    element("rect", { ...rect, class: "over" }, group);
    element("text", { x: rect.x + 3, y: rect.y > 16 ? rect.y - 4 : rect.y + 15, class: "name", "font-size": 13 }, group).textContent = track.id;
    if (own) {
      for (const [hx, hy] of HANDLES) {
        element("rect", { x: rect.x + hx * rect.width - 5, y: rect.y + hy * rect.height - 5, width: 10, height: 10, class: "handle", "data-handle": `${hx}${hy}` }, group);
      }
    }
    if (focused === track.id) group.focus({ preventScroll: true });
  }
  if (drag?.drawn) {
    const [x, y, w, h] = drag.drawn;
    element("rect", { x: at.x + x * sx, y: at.y + y * sy, width: w * sx, height: h * sy, class: "drawn" }, svg);
  }
}

const between = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];

/** Chooses a track, or none. */
export function choose(id) {
  model.chosen = id;
  tell("chosen");
}

/** A new box in this frame: the chosen person's where they have none here, otherwise a new person's. */
export function put(box) {
  const own = chosen();
  if (own && !own.whole && !boxAt(model.footage, model.tracks, own, model.frame)) {
    change(() => setBox(model.footage, own, model.frame, box));
  } else add(box);
}

/** A new person. The first one, where all but the requester is covered, is the requester. */
export function add(box, whole = false) {
  const id = freeId();
  change(() => {
    const first = item().obscure === "all-but-subject" && !model.tracks.tracks.some((t) => t.role === "subject");
    const track = { id, label: whole ? "mask" : null, role: first && !whole ? "subject" : "third-party", whole, sampling: "keyframes", keyframes: [] };
    setBox(model.footage, track, model.frame, box);
    model.tracks.tracks.push(track);
  });
  choose(id);
}

/** Changes the chosen box by so much; left, top, width, height in pixels of the footage. */
export function nudge(by) {
  const here = chosen() && boxAt(model.footage, model.tracks, chosen(), model.frame);
  if (!here) return;
  const box = here.box.map((v, i) => (i < 2 ? v + by[i] : Math.max(2, v + by[i])));
  change(() => setBox(model.footage, chosen(), model.frame, box), `nudge ${model.chosen} ${model.frame}`);
}

svg.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || model.covered) return;
  const at = toBoxes(event);
  const group = event.target.closest(".box");
  svg.setPointerCapture(event.pointerId);
  if (!group) {
    drag = { from: at };
    return;
  }
  const id = group.dataset.track;
  if (id !== model.chosen) choose(id);
  const here = boxAt(model.footage, model.tracks, chosen(), model.frame);
  drag = { from: at, box: here.box, handle: event.target.dataset.handle };
});

svg.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const at = toBoxes(event);
  const [dx, dy] = [at[0] - drag.from[0], at[1] - drag.from[1]];
  if (!drag.box) {
    drag.drawn = between(drag.from, at);
    boxes();
    return;
  }
  if (!drag.moved && Math.hypot(dx, dy) < 2) return;
  drag.moved = true;
  const [x, y, w, h] = drag.box;
  let box = [x + dx, y + dy, w, h];
  if (drag.handle) {
    const [hx, hy] = [...drag.handle].map(Number);
    const fixed = [hx ? x : x + w, hy ? y : y + h];
    box = between(fixed, [(hx ? x + w : x) + dx, (hy ? y + h : y) + dy]);
    box[2] = Math.max(box[2], 2);
    box[3] = Math.max(box[3], 2);
  }
  change(() => setBox(model.footage, chosen(), model.frame, box), `drag ${model.chosen} ${model.frame}`);
});

svg.addEventListener("pointerup", () => {
  const done = drag;
  drag = null;
  if (done?.drawn && done.drawn[2] >= 4 && done.drawn[3] >= 4) put(clipped(done.drawn));
  else if (done && !done.box) choose(null);
  settle();
  boxes();
});

svg.addEventListener("focusin", (event) => {
  const id = event.target.closest(".box")?.dataset.track;
  if (id && id !== model.chosen && !drag) choose(id);
});

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const at = toBoxes(event);
  enlarge(event.deltaY < 0 ? 1.25 : 0.8, [at[0] / model.footage.size[0], at[1] / model.footage.size[1]]);
}, { passive: false });

function clipped([x, y, w, h]) {
  const [width, height] = model.footage.size;
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return [left, top, Math.max(2, Math.min(width, x + w) - left), Math.max(2, Math.min(height, y + h) - top)];
}

/** Said once, not with every frame. */
function mode(words) {
  const said = document.getElementById("mode");
  if (said.textContent !== words) said.textContent = words;
}

function stamp() {
  const at = model.footage.times[model.frame];
  const clock = wall(model.decided?.clock, at);
  document.getElementById("stamp").textContent = `${clock ? `${clock}   ` : ""}${position(at)}   frame ${model.frame}`;
}

new ResizeObserver(() => model.footage && fit()).observe(stage);

listen((what, more) => {
  if (!model.footage) return;
  if (what === "picture") {
    last = more.refused ? null : more;
    const words = more.refused ? more.refused.message : model.covered ? "As it will be handed over" : "";
    mode(more.damaged ? `${words} The recording is damaged here.` : words);
    canvas.setAttribute("aria-label", `The picture at ${position(model.footage.times[more.frame])}, ${model.covered ? "as it will be handed over" : "as recorded"}`);
    canvas.dataset.frame = more.frame;
    canvas.dataset.planes = more.planes ?? "";
    paint();
  }
  if (what === "frame" || what === "decided") stamp();
  if (["frame", "work", "chosen", "covered"].includes(what)) boxes();
  if (what === "begin") {
    stamp();
    fit();
  }
});
