// Whether an event of a type, or of one rule of it, goes on at a camera, as a retained state for each: what dashboards show as a sensor. Made from
// the events themselves; states of cameras that have gone are cleared, also of those that went while the broker was away.
import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { lastEventNumbers, openEvents } from "../db/tables/events-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { EventView } from "../http/event-schemas.ts";
import type { CameraService } from "../http/services.ts";
import type { Log } from "../log.ts";
import type { OutgoingMessage } from "./broker.ts";
import { topicOf } from "./topics.ts";

const STATES_KEY = "mqtt.detections";
/** What the recorder itself looks for: there from the start, so that a sensor says `OFF` and not that nobody knows. */
const ALWAYS = ["motion", "tamper", "video-loss"] as const;
/** Rules of one camera of which there are states. */
const MOST_RULES = 64;
/** What is over when it is told is shown as `ON` and `OFF` at once, so often and no more. */
const FLASH_EVERY_MS = 1_000;

export interface DetectStatesOptions {
  readonly db: Db;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Log;
  readonly base: () => string;
  readonly cameras: Pick<CameraService, "list">;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

export class DetectStates {
  readonly #options: DetectStatesOptions;
  /** Numbers of the events that go on, by `camera type`, and by `camera type rule`. */
  readonly #open = new Map<string, Set<number>>();
  readonly #sent = new Map<string, "ON" | "OFF">();
  readonly #flashedAtMs = new Map<string, number>();
  /** Everything of which something is retained; undefined until it was read. */
  #remembered: Set<string> | undefined;
  #newest = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: DetectStatesOptions) {
    this.#options = options;
  }

  /** The broker is there (again): publishes everything. */
  all(): Promise<void> {
    return this.#inTurn(async () => {
      const { db, cameras } = this.#options;
      this.#sent.clear();
      const present = new Set(cameras.list().map(({ id }) => id));
      this.#newest = (await lastEventNumbers(db)).id;
      this.#open.clear();
      for (const { camera, type, rule, id } of await openEvents(db))
        if (camera !== undefined) for (const key of keysOf(camera, type, rule)) this.#openOf(key).add(id);
      const kept = await keyValuesTable(db).get(STATES_KEY);
      const before = Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
      const wanted = new Set([...present].flatMap((camera) => ALWAYS.map((type) => keyOf(camera, type))));
      for (const key of [...before, ...this.#open.keys()]) if (present.has(cameraOf(key))) wanted.add(key);
      const gone = before.filter((key) => !present.has(cameraOf(key)));
      for (const key of gone) this.#publish(key, "");
      this.#remembered = wanted;
      await keyValuesTable(db).set(STATES_KEY, [...wanted]);
      for (const key of wanted) this.#say(key);
    });
  }

  /** A camera is there: what is looked for in it always has a state from now on. */
  camera(camera: string): Promise<void> {
    const remembered = this.#remembered;
    if (remembered === undefined || ALWAYS.every((type) => remembered.has(keyOf(camera, type))))
      return Promise.resolve();
    return this.#inTurn(async () => {
      for (const type of ALWAYS) {
        await this.#remember(keyOf(camera, type));
        this.#say(keyOf(camera, type));
      }
    });
  }

  /** An event was written down. */
  take(event: EventView): Promise<void> {
    const { id, camera, type, rule } = event;
    if (camera === undefined || this.#remembered === undefined) return Promise.resolve();
    return this.#inTurn(async () => {
      const isNew = id > this.#newest;
      this.#newest = Math.max(this.#newest, id);
      for (const key of keysOf(camera, type, rule)) await this.#takeAt(key, event, isNew);
    });
  }

  async #takeAt(key: string, { id, end, acknowledged }: EventView, isNew: boolean): Promise<void> {
    const open = this.#openOf(key);
    const wasOpen = open.delete(id);
    if (end === undefined) open.add(id);
    // What somebody notes on an event that is over is no news of it.
    else if (!wasOpen && (!isNew || acknowledged !== undefined)) {
      if (open.size === 0 && this.#remembered?.has(key) !== true) this.#open.delete(key);
      return;
    }
    await this.#remember(key);
    if (end !== undefined && !wasOpen && open.size === 0) this.#flash(key);
    this.#say(key);
  }

  /** Clears what is retained of a camera. */
  cameraRemoved(camera: string): Promise<void> {
    return this.#inTurn(async () => {
      const gone = [...(this.#remembered ?? [])].filter((key) => cameraOf(key) === camera);
      for (const key of gone) this.#clear(key);
      if (gone.length > 0)
        await keyValuesTable(this.#options.db).set(STATES_KEY, [...(this.#remembered ?? [])]);
    });
  }

  #flash(key: string): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - (this.#flashedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < FLASH_EVERY_MS) return;
    this.#flashedAtMs.set(key, nowMs);
    this.#sent.set(key, "ON");
    this.#publish(key, "ON");
  }

  #say(key: string): void {
    const state = (this.#open.get(key)?.size ?? 0) > 0 ? "ON" : "OFF";
    if (this.#sent.get(key) === state) return;
    this.#sent.set(key, state);
    this.#publish(key, state);
  }

  async #remember(key: string): Promise<void> {
    const remembered = this.#remembered;
    if (remembered === undefined || remembered.has(key)) return;
    this.#makeRoom(key, remembered);
    remembered.add(key);
    await keyValuesTable(this.#options.db).set(STATES_KEY, [...remembered]);
  }

  /** Rules come and go, and are never told to be gone: the one that was first known gives way. */
  #makeRoom(key: string, remembered: ReadonlySet<string>): void {
    if (!isOfRule(key)) return;
    const ofRules = [...remembered].filter((one) => isOfRule(one) && cameraOf(one) === cameraOf(key));
    const resting = ofRules.filter((one) => (this.#open.get(one)?.size ?? 0) === 0);
    for (const one of [...resting, ...ofRules].slice(0, Math.max(0, ofRules.length + 1 - MOST_RULES)))
      this.#clear(one);
  }

  #clear(key: string): void {
    this.#remembered?.delete(key);
    this.#open.delete(key);
    this.#sent.delete(key);
    this.#flashedAtMs.delete(key);
    this.#publish(key, "");
  }

  #openOf(key: string): Set<number> {
    const known = this.#open.get(key) ?? new Set<number>();
    this.#open.set(key, known);
    return known;
  }

  /** Not waited for, and sent anew with all the others when the broker was away. */
  #publish(key: string, payload: string): void {
    const [camera = "", type = "", rule] = key.split(" ");
    const base = this.#options.base();
    const topic =
      rule === undefined
        ? topicOf(base, "detectState", { camera, type })
        : topicOf(base, "detectRuleState", { camera, type, rule });
    this.#options.publish({ topic, payload, qos: 1, retain: true }).catch((error: unknown) => {
      this.#sent.delete(key);
      this.#options.log.debug("a state was not published", { topic, reason: String(error) });
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}

function keyOf(camera: string, type: string): string {
  return `${camera} ${type}`;
}

/** The state of a type, and that of one rule of it. */
function keysOf(camera: string, type: string, rule: string | undefined): string[] {
  const ofType = keyOf(camera, type);
  return rule === undefined ? [ofType] : [ofType, `${ofType} ${ruleLevel(rule)}`];
}

function isOfRule(key: string): boolean {
  return key.split(" ").length === 3;
}

/** A rule's name as a level of a topic; of names that are none, what is left of them, and a sum that tells them apart. */
export function ruleLevel(rule: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(rule)) return rule;
  const words = rule
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 40);
  const sum = createHash("sha256").update(rule).digest("hex").slice(0, 8);
  return words === "" ? sum : `${words}-${sum}`;
}

function cameraOf(key: string): string {
  return key.slice(0, key.indexOf(" "));
}
