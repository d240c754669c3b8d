// Requests as the recorder makes them, for tests of what becomes of an event.
import type { LinkageRequest } from "@nightjar/core";

/** As large as a small picture; its beginning tells which it is. */
export function picture(number: number): Buffer {
  return Buffer.concat([Buffer.from(`picture ${number} `), Buffer.alloc(150_000, number)]);
}

/** Motion at the gate on a night in March; `config` as a rule says it. */
export function requestFor(
  config: Readonly<Record<string, unknown>>,
  { id = 17, pictures = 2, isTest = false } = {},
): LinkageRequest {
  const startMs = Date.parse("2026-03-29T01:59:59.000Z");
  return {
    id: `${id}-start-night-0`,
    event: {
      id,
      type: "motion",
      severity: "alarm",
      camera: "gate",
      source: "vca-motion",
      start: new Date(startMs).toISOString(),
      objects: [],
      detail: {},
    },
    rule: { id: "night", name: "Nächtliche Bewegung" },
    cameraName: "Gate",
    recorderName: "Home",
    timeZone: "Europe/Berlin",
    config: { folder: "{recorder}/{camera}/{date}", pictures: 3, eventFile: true, ...config },
    pictures: Array.from({ length: pictures }, (_, index) => ({
      camera: "gate",
      timeMs: startMs + 500 * (index + 1),
      jpeg: picture(index + 1).toString("base64"),
    })),
    isTest,
  };
}
