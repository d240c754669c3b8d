// When the sun rises and sets at a place, to the minute, by the equations that NOAA's solar calculator uses (J. Meeus,
// Astronomical Algorithms, low accuracy). Pure; between the polar circles good to a minute or two.

export interface Place {
  /** Degrees, north positive. */
  readonly latitude: number;
  /** Degrees, east positive. */
  readonly longitude: number;
}

/** Milliseconds since the epoch. `up`: the sun does not set on that day; `down`: it does not rise. */
export type SunTimes = { readonly sunriseMs: number; readonly sunsetMs: number } | "up" | "down";

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;
/** The sun's upper edge on the horizon, with refraction. */
const ZENITH = 90.833;
const JULIAN_EPOCH = 2_440_587.5;

/** The times of the solar day whose noon falls on the date (`utcDayMs`: its midnight in UTC) at the place's own meridian. */
export function sunTimes(utcDayMs: number, { latitude, longitude }: Place): SunTimes {
  const noonMs = utcDayMs + DAY_MS / 2 - longitude * 240_000;
  const first = solar(noonMs, latitude);
  if (typeof first === "string") return first;
  const transitMs = noonMs - first.equationMinutes * 60_000;
  const edge = (direction: 1 | -1): number => {
    let ms = transitMs + direction * first.halfDayMs;
    // The sun moves on between noon and horizon: twice is enough for seconds.
    for (let round = 0; round < 2; round += 1) {
      const at = solar(ms, latitude);
      if (typeof at === "string") break;
      ms = noonMs - at.equationMinutes * 60_000 + direction * at.halfDayMs;
    }
    return ms;
  };
  return { sunriseMs: edge(-1), sunsetMs: edge(1) };
}

function solar(
  atMs: number,
  latitude: number,
): { readonly equationMinutes: number; readonly halfDayMs: number } | "up" | "down" {
  const century = (atMs / DAY_MS + JULIAN_EPOCH - 2_451_545) / 36_525;
  const longitude = (280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360;
  const anomaly = (357.52911 + century * (35_999.05029 - 0.0001537 * century)) * RADIANS;
  const eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century);
  const centre =
    Math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century)) +
    Math.sin(2 * anomaly) * (0.019993 - 0.000101 * century) +
    Math.sin(3 * anomaly) * 0.000289;
  const node = (125.04 - 1934.136 * century) * RADIANS;
  const apparent = (longitude + centre - 0.00569 - 0.00478 * Math.sin(node)) * RADIANS;
  const obliquity = (23.4392911 - 0.0130042 * century + 0.00256 * Math.cos(node)) * RADIANS;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(apparent));
  const y = Math.tan(obliquity / 2) ** 2;
  const mean = longitude * RADIANS;
  const equation =
    y * Math.sin(2 * mean) -
    2 * eccentricity * Math.sin(anomaly) +
    4 * eccentricity * y * Math.sin(anomaly) * Math.cos(2 * mean) -
    0.5 * y * y * Math.sin(4 * mean) -
    1.25 * eccentricity * eccentricity * Math.sin(2 * anomaly);
  const cosine =
    Math.cos(ZENITH * RADIANS) / (Math.cos(latitude * RADIANS) * Math.cos(declination)) -
    Math.tan(latitude * RADIANS) * Math.tan(declination);
  if (cosine <= -1) return "up";
  if (cosine >= 1) return "down";
  return {
    equationMinutes: (4 * equation) / RADIANS,
    halfDayMs: (Math.acos(cosine) / RADIANS) * 240_000,
  };
}
