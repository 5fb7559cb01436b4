// Step 2, Details: what is handed over, part by part.

import { covering } from "./covering.js";
import { fill, make, soon } from "./dom.js";
import { listen, model } from "./model.js";
import { answer, nothing, record } from "./record.js";
import { sound } from "./sound.js";
import { template } from "./template.js";
import { verdict } from "./verdict.js";
import { clock, wanted } from "./wanted.js";

const panel = document.getElementById("step-details");
const redraw = soon(panel, draw);

function draw() {
  const made = nothing() ? [] : [wanted(), clock(), covering(), sound()];
  const [asked, ...more] = record();
  fill(panel, make("div", { id: "verdict" }, verdict()), asked, answer(), ...made, ...more, template());
}

listen((what) => {
  if (!model.request) return;
  if (["begin", "work", "decided", "damage"].includes(what)) redraw();
});
