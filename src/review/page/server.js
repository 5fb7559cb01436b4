// Everything that is said to the server, and what it answers.

/** What the server refused: what is wrong, and what to do about it. */
class Refusal extends Error {
  constructor(said, status) {
    super(said.what);
    this.hint = said.hint;
    this.spots = said.spots;
    this.status = status;
  }
}

function gone() {
  throw new Refusal({ what: "The program has ended. Start it again: your work is there, but for what this page says is not saved.", hint: null }, 0);
}

async function talk(method, path, body) {
  const answer = await fetch(path, { method, body }).catch(gone);
  const said = await answer.json().catch(() => ({ what: "The program does not answer.", hint: null }));
  if (!answer.ok) throw new Refusal(said, answer.status);
  return said;
}

const post = (path, value) => talk("POST", path, JSON.stringify(value ?? null));

export const state = () => talk("GET", "state");
export const folder = (path) => post("folder", path);
export const open = (files, fps) => post("footage", { files, fps });
export const answer = (folder, reference) => post("answer", { folder, reference });
export const save = (work) => talk("PUT", "work", JSON.stringify(work));
export const decide = () => post("ask", "Decide");
export const when = (at) => post("ask", { When: { at } });
export const follow = (frame, shape, frames) => post("ask", { Follow: { frame, shape, frames } });
/** `how`: the size that boxes were drawn at and the number of the first pixel, where the file does not say. */
export const bring = (file, how) => talk("POST", `import/${[file.name, how.size || "-", how.origin || "-"].map(encodeURIComponent).join("/")}`, file);
export const approve = (revision) => post("approve", revision);
export const progress = () => talk("GET", "progress");
export const cancel = () => post("cancel");
export const showPack = () => post("pack/open");
/** The one that stands in the way of another one of the same reference. */
export const showStanding = () => post("pack/standing");
export const end = () => post("end");

/** What the notice of the pack says, line by line: the kind of element, and its text. */
export async function notice() {
  const answer = await fetch("pack/send/notice.html");
  if (!answer.ok) throw new Refusal({ what: "The notice cannot be read.", hint: null }, answer.status);
  const kinds = { H1: "h3", H2: "h3", H3: "h3", P: "p", LI: "p" };
  // Its own style is none of this page's, which would not have it either.
  const text = (await answer.text()).replace(/<style>.*?<\/style>/s, "");
  const page = new DOMParser().parseFromString(text, "text/html");
  return [...page.body.querySelectorAll("h1, h2, h3, p, li, tr, blockquote")]
    .map((e) => [kinds[e.tagName] ?? "p", [...(e.tagName === "TR" ? e.children : [e])].map((c) => c.textContent.trim()).join(": ")]);
}

/** A picture of a frame; `covered`: as it will be handed over. */
export async function picture(frame, width, covered) {
  const answer = await fetch(`frame/${frame}/${width}/${covered ? "covered" : "recorded"}`).catch(gone);
  if (!answer.ok) throw new Refusal(await answer.json(), answer.status);
  return {
    bitmap: await createImageBitmap(await answer.blob()),
    damaged: answer.headers.get("x-damaged") === "true",
    planes: answer.headers.get("x-planes-sha256"),
  };
}
