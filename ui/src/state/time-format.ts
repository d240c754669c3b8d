// Writes times, spans, sizes and rates as people read them. Pure: language and zone are given.

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language, options);
    formatters.set(key, found);
  }
  return found;
}

const CLOCK = { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;

/** 14:32:08, in any language: clocks of a control room are 24 h. */
export function clockTime(ms: number, zone: string): string {
  return formatter("en-GB", { ...CLOCK, timeZone: zone }).format(ms);
}

/** 14:32:08.240 */
export function clockTimeMs(ms: number, zone: string): string {
  return `${clockTime(ms, zone)}.${String(Math.floor(((ms % 1000) + 1000) % 1000)).padStart(3, "0")}`;
}

/** 22 Nov 2026 in the language. */
export function dayText(ms: number, zone: string, language: string): string {
  return formatter(language, { timeZone: zone, day: "numeric", month: "short", year: "numeric" }).format(ms);
}

/** Month and year in the language, for the calendar's head. */
export function monthText(year: number, month: number, language: string): string {
  return formatter(language, { timeZone: "UTC", month: "long", year: "numeric" }).format(
    Date.UTC(year, month - 1, 1),
  );
}

/** A month's name in the language, 1 to 12. */
export function monthName(month: number, language: string): string {
  return formatter(language, { timeZone: "UTC", month: "long" }).format(Date.UTC(1970, month - 1, 1));
}

/** Seven weekday names, Monday first. */
export function weekdayNames(language: string, weekday: "narrow" | "short" | "long" = "narrow"): string[] {
  // 5 January 1970 was a Monday.
  return Array.from({ length: 7 }, (_, day) =>
    formatter(language, { timeZone: "UTC", weekday }).format(Date.UTC(1970, 0, 5 + day)),
  );
}

/** yyyy-mm-dd of a moment in a zone. */
export function dateKey(ms: number, zone: string): string {
  return formatter("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);
}

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
export function zoneOffsetMs(ms: number, zone: string): number {
  const whole = Math.floor(ms / 1000) * 1000;
  const parts = formatter("en-GB", {
    ...CLOCK,
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(whole);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return (
    Date.UTC(
      value("year"),
      value("month") - 1,
      value("day"),
      value("hour"),
      value("minute"),
      value("second"),
    ) - whole
  );
}

/** When a day (yyyy-mm-dd) begins in a zone, in milliseconds since the epoch. Right across daylight saving. */
export function dayStartMs(date: string, zone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  const first = utc - zoneOffsetMs(utc, zone);
  // The offset is asked again at the found moment: near a change the first guess is an hour off.
  return utc - zoneOffsetMs(first, zone);
}

/** A day in a zone as the API takes it; one of 23 or 25 hours too. */
export function daySpan(day: string, zone: string): { readonly start: string; readonly end: string } {
  const next = new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  const [start = "", end = ""] = [day, next].map((one) => new Date(dayStartMs(one, zone)).toISOString());
  return { start, end };
}

/** 3 d 4 h, 2 h 5 min, 12 s: the two largest units. */
export function spanText(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const;
  let rest = Math.max(0, Math.round(seconds));
  const words: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0 || (unit === "s" && words.length === 0)) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
    rest -= count * size;
    if (words.length === 2) break;
  }
  return words.join(" ");
}

/** 20 ms, 4.2 s: how long something short took. */
export function briefText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** 4.1 Mbit/s, 640 kbit/s */
export function rateText(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

/** 1.2 TB, 34 GB: decimal, as disks are sold. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
