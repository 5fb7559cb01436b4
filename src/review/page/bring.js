// Tracks from a file of any kind that the program reads, added to those that are there.

import * as server from "./server.js";
import { choice, field, file, make, sentences } from "./dom.js";
import { change, freeId, model, saved } from "./model.js";

const how = { size: null, origin: "" }; // what the file does not say of itself

async function bring(chosen, say) {
  try {
    await saved();
    const found = await server.bring(chosen, how);
    change(() => {
      for (const track of found.tracks) {
        while (model.tracks.tracks.some((t) => t.id === track.id)) track.id = `${track.id}-${freeId()}`;
        track.sampling ??= found.sampling;
        model.tracks.tracks.push(track);
      }
    });
    say(`${found.tracks.length} people and things taken from ${chosen.name}.`);
  } catch (e) {
    say(sentences(e));
  }
}

/** Where a file is chosen; `say` is told what came of it. */
export function taking(say) {
  return make("div", {},
    file("bring", "Take boxes from a file of another program (CVAT, MOT, Label Studio and others)", (chosen) => bring(chosen, say)),
    make("details", { open: Boolean(how.size || how.origin) }, make("summary", {}, "Its boxes were drawn or counted otherwise"),
      field("bring-size", "Drawn on a copy of this size, width x height", how.size, (v) => { how.size = v?.replace(/\s*[x\u00d7*]\s*/i, "x") ?? null; }, { placeholder: model.footage.size.join("x") }),
      choice("bring-origin", "The first pixel of a row is called, in MOT files", how.origin, [["", "what the file lets see"], ["0", "0"], ["1", "1"]], (v) => { how.origin = v; })));
}
