// What stays the same from request to request, taken from an earlier one: who covers and decides, how it is handed over, how
// people are covered. Nothing of the earlier request itself: no reference, date, reason or time.

import { file, part } from "./dom.js";
import { change, item, model, tell } from "./model.js";

const OF_THE_RECORD = ["controller", "operator", "authoriser"];
const OF_THE_ITEM = { method: ["frost", "fill", "blur", "pixelate"], damaged: ["refuse", "cover"], render: ["full", "smart"], margin: null, margin_min: null };
const text = (value) => (typeof value === "string" && value.trim() ? value : null);

/** Takes what there is of it into this request. To be called in a change. */
function take(earlier) {
  const r = model.request;
  for (const key of OF_THE_RECORD) r[key] = text(earlier[key]) ?? r[key];
  const by = earlier.redacted_by;
  if (["controller", "processor"].includes(by?.role)) {
    r.redacted_by = { role: by.role, contract_reference: text(by.contract_reference), instruction_reference: text(by.instruction_reference) };
  }
  const method = text(earlier.delivery?.method);
  if (method) r.delivery = { recipient_reference: null, date: null, ...r.delivery, method };
  const from = earlier.items?.[0];
  if (!item() || !from) return;
  for (const [key, known] of Object.entries(OF_THE_ITEM)) {
    if (text(from[key]) && (!known || known.includes(from[key]))) item()[key] = from[key];
  }
  for (const key of ["hold", "bridge"]) if (text(from[key]) || Number.isFinite(from[key])) item()[key] = from[key];
}

async function read(chosen) {
  try {
    const earlier = JSON.parse(await chosen.text());
    if (earlier?.version !== 1 || typeof earlier.reference !== "string") throw new Error("not one");
    change(() => take(earlier));
    tell("saved", `Taken from ${earlier.reference}`);
  } catch {
    tell("trouble", { message: `${chosen.name} is no earlier request. It is the file request.json in the folder that the work on one was saved in.` });
  }
}

/** Where an earlier request is chosen. */
export function template() {
  return part("As in an earlier request",
    file("template", "Take who covers, decides and hands over, and how, from its request.json", read, { accept: ".json" }));
}
