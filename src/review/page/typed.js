// Times as people type them, made into what the program reads: a position (00:01:30) or date and time of day
// (2026-10-12T09:14:00). What is not understood is left as it is, and the program says what it wants.

import { position, two, wall } from "./time.js";

const CLOCK = String.raw`(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))?(?:[.,](\d{1,3}))?\s*(am|pm)?`;
const OF_DAY = new RegExp(`^${CLOCK}$`, "i");
const DATED = new RegExp(String.raw`^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})[\sT,]+(?:at\s+)?${CLOCK}$`, "i");
const UNITS = /^(?:(\d+)\s*h(?:ours?|rs?)?)?[\s,]*(?:(\d+)\s*m(?:in(?:ute)?s?)?)?[\s,]*(?:(\d+(?:[.,]\d+)?)\s*s(?:ec(?:ond)?s?)?)?$/i;

/** Hours, minutes and seconds of a time of day as text; null for none that there is. */
function timeOfDay([hour, minute = "00", second = "00", fraction, half]) {
  let h = Number(hour);
  if (half && (h < 1 || h > 12)) return null;
  if (half) h = (h % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  if (h > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return `${two(h)}:${minute}:${second}${fraction ? `.${fraction}` : ""}`;
}

/** Date and time of day: year first, or day first as the British write it, or month first where it can be nothing else. */
function dated(text) {
  const found = DATED.exec(text);
  if (!found) return null;
  const at = timeOfDay(found.slice(4));
  let [year, month, day] = found.slice(1, 4).map(Number);
  if (found[1].length !== 4) {
    if (found[3].length !== 4) return null;
    [day, month, year] = [year, month, day];
    if (month > 12 && day <= 12) [day, month] = [month, day];
  }
  return at && month >= 1 && month <= 12 && day >= 1 && day <= 31 ? `${year}-${two(month)}-${two(day)}T${at}` : null;
}

const naive = (text) => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;

/** A time of day on the day of the recording, where it lies in it. */
function onItsDay(at, footage, clock) {
  const first = wall(clock, 0);
  for (let day = 0; day * 86400 <= footage.end + 86400; day += 1) {
    const date = new Date((naive(`${first.slice(0, 10)} 00:00:00`) + day * 86400) * 1000).toISOString().slice(0, 10);
    const seconds = naive(`${date} ${at}`) - naive(first);
    if (seconds >= 0 && seconds <= footage.end) return `${date}T${at}`;
  }
  return null;
}

/** Seconds that a position stands for, as typed with colons or as a number; NaN for what is none. */
export function seconds(text) {
  if (!/^[\d:.]+s?$/.test(text)) return NaN;
  return text.replace(/s$/, "").split(":").reduce((all, n) => all * 60 + Number(n || NaN), 0);
}

/** A moment of the recording. With a clock, a time alone that lies beyond the end but is a time of day in it, is that. */
export function moment(typed, footage, clock) {
  const text = typed.trim().replace(/\s+/g, " ");
  const date = dated(text);
  if (date) return date;
  const found = OF_DAY.exec(text);
  const at = found && (found[2] || found[5]) ? timeOfDay(found.slice(1)) : null;
  const here = at && clock ? onItsDay(at, footage, clock) : null;
  if (here && (found[5] || !(seconds(text) <= footage.end))) return here;
  const units = UNITS.exec(text);
  if (text && units && units[0] && /[hms]/i.test(text) && !/^[\d.]+s$/.test(text)) {
    const [h, m, s] = units.slice(1).map((n) => Number((n ?? "0").replace(",", ".")));
    return position(h * 3600 + m * 60 + s);
  }
  return text;
}

/** What the clock showed in the first picture. */
export const reading = (typed) => dated(typed.trim().replace(/\s+/g, " ")) ?? typed.trim();

/** Seconds by which a clock is fast, as a number, `42 s`, `1:30 slow`; NaN for what is none. */
export function fast(typed) {
  const found = /^([-+]?)([\d:.,]+)\s*(?:s|sec|secs|seconds?)?\s*(fast|slow)?$/i.exec(typed.trim());
  if (!found) return NaN;
  const by = seconds(found[2].replace(",", "."));
  return found[1] === "-" || found[3]?.toLowerCase() === "slow" ? -by : by;
}

/** A reference as the folder can be called, nearest to what was typed; the same where it can stay. */
export function reference(typed) {
  const plain = typed.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  return plain.replace(/^[^A-Za-z0-9]+/, "").replace(/-+$/, "").slice(0, 64);
}
