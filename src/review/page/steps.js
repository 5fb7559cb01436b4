// The four steps: which one is open, which are done, and the way to the next.

import { preview, unseen } from "./check.js";
import { item, listen, model } from "./model.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const onward = document.getElementById("next-step");
const NEXT = { who: "Next: what is handed over", what: "Next: check it", look: "Next: approve" };

const open = () => tabs.find((t) => t.getAttribute("aria-selected") === "true");
const there = () => tabs.filter((t) => !t.hidden); // without a recording there are fewer
const step = (tab) => tab.getAttribute("aria-controls");

/** Whether nothing is left to do in a step. */
function done(name) {
  const { decided, request, tracks } = model;
  const allowed = decided && !decided.error;
  if (name === "who") {
    const wanted = item()?.obscure === "all-but-subject" ? "subject" : "third-party";
    return tracks.tracks.some((t) => (t.role ?? "third-party") === wanted);
  }
  if (name === "what") return Boolean(allowed && request.reference && !decided.record?.error);
  if (name === "look") return Boolean(allowed && !unseen().length);
  return Boolean(document.getElementById("ready"));
}

function draw() {
  if (!model.footage) return;
  for (const [i, tab] of tabs.entries()) {
    const is = done(step(tab));
    tab.classList.toggle("done", is);
    tab.querySelector(".step").textContent = is ? "\u2713" : i + 1;
    tab.querySelector(".away").textContent = is ? ", done" : "";
  }
  const name = step(open());
  onward.parentElement.hidden = !NEXT[name];
  onward.textContent = (there().length < tabs.length ? NEXT.look : NEXT[name]) ?? "";
  onward.classList.toggle("main", done(name));
}

/** Opens a step. */
export function show(chosen, focus = chosen) {
  for (const one of tabs) {
    const on = one === chosen;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    document.getElementById(step(one)).hidden = !on;
  }
  focus.focus();
  draw();
  // Checking is looking at what is handed over; marking needs the picture as it was recorded.
  if (chosen.id === "tab-look" || chosen.id === "tab-who") preview(chosen.id === "tab-look");
}

for (const one of tabs) {
  one.addEventListener("click", () => show(one));
  one.addEventListener("keydown", (e) => {
    const i = there().indexOf(one);
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[e.key];
    if (to === undefined || e.shiftKey || e.ctrlKey) return;
    e.preventDefault();
    e.stopPropagation();
    show(there().at(to % there().length));
  });
}
onward.addEventListener("click", () => {
  const next = there()[there().indexOf(open()) + 1];
  show(next, document.getElementById(step(next)));
});

listen((what) => {
  if (["begin", "work", "decided", "made"].includes(what)) draw();
});
