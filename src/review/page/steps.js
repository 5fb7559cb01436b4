// The four steps: which one is open, which are done, and the way to the next.

import { current } from "./approve.js";
import { preview, unseen } from "./check.js";
import { item, listen, model } from "./model.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const onward = document.getElementById("next-step");
const NEXT = { mark: "Next: what is handed over", details: "Next: check it", check: "Next: approve" };

const open = () => tabs.find((t) => t.getAttribute("aria-selected") === "true");
const there = () => tabs.filter((t) => !t.hidden); // without a recording there are fewer
const step = (tab) => tab.id.replace("tab-", "");
const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

/** Whether nothing is left to do in a step. */
function done(name) {
  const { decided, request, tracks } = model;
  const allowed = decided && !decided.error;
  if (name === "mark") {
    const wanted = item()?.obscure === "all-but-subject" ? "subject" : "third-party";
    return tracks.tracks.some((t) => (t.role ?? "third-party") === wanted);
  }
  if (name === "details") return Boolean(allowed && request.reference && !decided.record?.error);
  if (name === "check") return Boolean(allowed && !unseen().length);
  return current();
}

function draw() {
  if (!model.request) return;
  for (const [i, tab] of there().entries()) {
    const is = done(step(tab));
    tab.classList.toggle("done", is);
    tab.querySelector(".step").textContent = is ? "\u2713" : i + 1;
    tab.querySelector(".away").textContent = is ? ", done" : "";
  }
  const name = step(open());
  onward.parentElement.hidden = !NEXT[name];
  onward.textContent = NEXT[there().length < tabs.length ? "check" : name] ?? "";
  onward.classList.toggle("main", done(name));
}

/** Opens a step. */
export function show(chosen, focus = chosen) {
  for (const one of tabs) {
    const on = one === chosen;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    panel(one).hidden = !on;
  }
  panel(chosen).dispatchEvent(new Event("shown"));
  focus.focus();
  draw();
  // Checking is looking at what is handed over; marking needs the picture as it was recorded.
  if (chosen.id === "tab-check" || chosen.id === "tab-mark") preview(chosen.id === "tab-check");
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
  show(next, panel(next));
});

listen((what) => {
  if (["begin", "work", "saved", "decided", "made"].includes(what)) draw();
});
