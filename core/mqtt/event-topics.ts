// At which topics an event is told, and where its picture and its recording are to be had: at the topic of its camera or of the
// recorder, and once more by kind where it is an exception, or by till where it is a receipt.
import type { AlarmEvent } from "../domain/alarm-event.ts";
import { eventType, isEventType } from "../domain/event-types.ts";
import type { OutgoingMessage } from "./broker.ts";
import type { EventMessage } from "./payloads.ts";
import { topicOf } from "./topics.ts";

/** Of what happened just before and after. */
const AROUND_MS = 5_000;
/** No clip is longer. */
const LONGEST_CLIP_MS = 24 * 3_600_000;
/** Receipts that are remembered: more than are open at once. */
const MOST_RECEIPTS = 1_000;

export interface EventTopicsOptions {
  readonly node: string;
  readonly base: () => string;
  /** What links begin with; empty: with `/`. */
  readonly webAddress: () => string;
}

export class EventTopics {
  readonly #options: EventTopicsOptions;
  /** By receipt, the camera whose events tell of it: those of the till's other cameras are the same once more. */
  readonly #tellers = new Map<string, string>();

  constructor(options: EventTopicsOptions) {
    this.#options = options;
  }

  /** All messages of an event, the same words at each topic. */
  messages(event: AlarmEvent, message: EventMessage): OutgoingMessage[] {
    const { base, node, webAddress } = this.#options;
    const payload = JSON.stringify({ ...message, ...eventLinks(event, webAddress()) });
    const { camera, type } = event;
    const till = this.#tillOf(event);
    return [
      camera === undefined
        ? topicOf(base(), "nodeEvent", { node })
        : topicOf(base(), "cameraEvent", { camera }),
      ...(isException(type) ? [topicOf(base(), "exceptionEvent", { type })] : []),
      ...(till === undefined ? [] : [topicOf(base(), "posEvent", { till })]),
    ].map((topic) => ({ topic, payload, qos: 1, retain: false }));
  }

  /** The till that an event is to be told of at; undefined: none, or another camera's event tells it. */
  #tillOf({ type, detail, camera = "" }: AlarmEvent): string | undefined {
    const { till, receipt } = detail;
    if (type !== "pos" || typeof till !== "string" || !/^[a-z0-9-]{1,64}$/.test(till)) return undefined;
    const key = `${till}/${String(receipt)}`;
    const teller = this.#tellers.get(key) ?? camera;
    this.#tellers.delete(key);
    this.#tellers.set(key, teller);
    const [oldest] = this.#tellers.keys();
    if (this.#tellers.size > MOST_RECEIPTS && oldest !== undefined) this.#tellers.delete(oldest);
    return teller === camera ? till : undefined;
  }
}

/** Where its picture and recording are, where they may be. Pure. */
export function eventLinks(
  {
    camera,
    type,
    startMs,
    endMs,
    pictures,
  }: Pick<AlarmEvent, "camera" | "type" | "startMs" | "endMs" | "pictures">,
  webAddress: string,
): Pick<EventMessage, "snapshot_url" | "clip_url"> {
  if (camera === undefined || isException(type)) return {};
  const at = iso(pictures[0] ?? startMs);
  if (endMs === undefined) return { snapshot_url: link(webAddress, camera, "snapshot.jpg", { at }) };
  const fromMs = startMs - AROUND_MS;
  const toMs = Math.min(endMs + AROUND_MS, fromMs + LONGEST_CLIP_MS);
  return {
    snapshot_url: link(webAddress, camera, "snapshot.jpg", { at }),
    clip_url: link(webAddress, camera, "clip.mp4", { start: iso(fromMs), end: iso(toMs) }),
  };
}

/** Where a picture of now is. */
export function snapshotLink(webAddress: string, camera: string): string {
  return link(webAddress, camera, "snapshot.jpg", {});
}

function link(web: string, camera: string, what: string, query: Readonly<Record<string, string>>): string {
  const asked = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  const path = `/api/v1/cameras/${encodeURIComponent(camera)}/${what}`;
  return `${web.replace(/\/+$/, "")}${path}${asked === "" ? "" : `?${asked}`}`;
}

function isException(type: string): boolean {
  return isEventType(type) && eventType(type).group === "exception";
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
