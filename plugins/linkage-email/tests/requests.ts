// An event as an action is asked to tell of it.
import type { LinkageRequest } from "@nightjar/core";

/** Eight by eight grey points would do as well: what matters is that the bytes arrive. */
export const JPEG = Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 7) % 256));

export function requestFor(
  config: Readonly<Record<string, unknown>> = {},
  changed: Partial<LinkageRequest> = {},
): LinkageRequest {
  return {
    id: "17-start-night-0",
    event: {
      id: 17,
      type: "line-crossing",
      severity: "alarm",
      camera: "gate",
      source: "vca-line",
      start: "2026-03-29T00:59:59.000Z",
      objects: [
        { class: "person", score: 0.9 },
        { class: "car", score: 0.8 },
        { class: "person", score: 0.7 },
      ],
      detail: {},
    },
    rule: { id: "night", name: "Nächtliche Bewegung" },
    cameraName: "Hoftor „Süd“",
    recorderName: "Haus",
    timeZone: "Europe/Berlin",
    config: {
      receivers: ["a@home.example"],
      subject: "{type}: {camera}",
      text: "{type}\nCamera: {camera}\nTime: {time}\nSeen: {objects}\nAbout: {subject}\nEnd: {end}\n\n{recorder}, rule {rule}",
      pictures: 1,
      digestMinutes: 0,
      ...config,
    },
    pictures: [],
    isTest: false,
    ...changed,
  };
}
