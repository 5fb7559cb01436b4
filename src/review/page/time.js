// Positions and wall-clock times, as people read them.

/** A number with two digits at least. */
export const two = (n) => String(n).padStart(2, "0");

/** A position as HH:MM:SS.mmm. */
export function position(seconds) {
  const all = Math.round(Math.max(seconds, 0) * 1000);
  const s = Math.floor(all / 1000);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(all % 1000).padStart(3, "0")}`;
}

/** A length of time, as `19.5 s` or `1 min 19.5 s`. */
export function length(seconds) {
  const tenths = Math.round(seconds * 10);
  const minutes = Math.floor(tenths / 600);
  return `${minutes ? `${minutes} min ` : ""}${(tenths - minutes * 600) / 10} s`;
}

/** The first position in whole milliseconds that is not before one. */
export const notBefore = (seconds) => position(Math.ceil(seconds * 1000 - 1e-6) / 1000);

/** The last of the shown frames that begin no later than a position; the first one where there is none. */
export function frameAt(times, seconds) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= seconds + 1e-6) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

const formats = new Map(); // zone -> format: to make one takes longer than to use it
function format(zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
    }));
  }
  return formats.get(zone);
}

/** True time at a position, or nothing where no clock is known. */
export function wall(clock, seconds) {
  if (!clock) return "";
  const parts = format(clock.zone ?? "UTC").formatToParts(new Date(clock.milliseconds + Math.floor(seconds * 1000)));
  const get = (type) => parts.find((p) => p.type === type)?.value;
  return `${get("year")}-${get("month")}-${get("day")} ${get("hour")}:${get("minute")}:${get("second")}.${get("fractionalSecond")}`;
}
