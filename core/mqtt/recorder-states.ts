// The retained states: the recorder, its cameras and volumes. Each is published when it changes, and all of them whenever
// the broker is there again, because it may have forgotten them; those of cameras that have gone meanwhile are cleared.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { CameraView } from "../http/camera-schemas.ts";
import type { CameraService, StatusService } from "../http/services.ts";
import type { StatusView, VolumeView } from "../http/wire-schemas.ts";
import type { Log } from "../log.ts";
import type { PluginStatus } from "../plugin/host/plugin-host.ts";
import type { MachineFigures } from "../system/machine-state.ts";
import type { OutgoingMessage } from "./broker.ts";
import { snapshotLink } from "./event-topics.ts";
import { cameraHealth, nodeHealth } from "./health-messages.ts";
import type { ArmingControl } from "./request-parts.ts";
import { TOPICS, type TopicIds, type TopicName, topicOf } from "./topics.ts";

/** A message stays below 256 KiB. */
const MOST_PLUGINS = 200;
const CAMERAS_KEY = "mqtt.cameras";
const OF_CAMERA = [
  "cameraAvailability",
  "cameraState",
  "cameraHealth",
  "manualRecordingState",
  "enabledState",
  "recordModeState",
  "cameraSnapshot",
  "cameraEventSnapshot",
  "snapshotUrl",
] as const;

export interface RecorderStatesOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: string;
  readonly base: () => string;
  /** What links begin with; empty: with `/`. */
  readonly webAddress: () => string;
  readonly cameras: Pick<CameraService, "list">;
  readonly status: Pick<StatusService, "status">;
  readonly arming: Pick<ArmingControl, "arming">;
  readonly plugins: () => readonly Pick<PluginStatus, "name" | "version" | "status">[];
  readonly machine: () => MachineFigures;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

export class RecorderStates {
  readonly #options: RecorderStatesOptions;
  /** What was published last, by topic. */
  readonly #sent = new Map<string, string>();
  /** Cameras of which something is retained. */
  #remembered = new Set<string>();

  constructor(options: RecorderStatesOptions) {
    this.#options = options;
  }

  /** The broker is there (again): publishes everything. */
  async all(): Promise<void> {
    const { node, cameras, status, db } = this.#options;
    this.#sent.clear();
    const table = keyValuesTable(db);
    const views = cameras.list();
    const present = views.map(({ id }) => id);
    const before = await table.get(CAMERAS_KEY);
    if (Array.isArray(before)) {
      for (const id of before) {
        if (typeof id === "string" && !present.includes(id)) await this.cameraRemoved(id);
      }
    }
    if (JSON.stringify(before) !== JSON.stringify(present)) await table.set(CAMERAS_KEY, present);
    this.#remembered = new Set(present);
    const now = await status.status();
    this.#set("nodeState", { node }, "online");
    this.#info(now);
    this.arming();
    for (const camera of views) this.camera(camera);
    for (const volume of now.volumes) this.volume(volume);
    this.#health(now);
  }

  /** The arming profile in force. */
  arming(): void {
    const { profile, profiles } = this.#options.arming.arming();
    this.#set("armingProfileState", { node: this.#options.node }, profile);
    this.#set(
      "armingState",
      { node: this.#options.node },
      { v: 1, profile, profiles: profiles.map(({ id, name }) => ({ id, name })) },
    );
  }

  camera(view: CameraView): void {
    const ids = { camera: view.id };
    const { status, reason, since } = view.state;
    const isThere = status === "online" || status === "degraded";
    this.#set("cameraAvailability", ids, isThere ? "online" : "offline");
    this.#set("enabledState", ids, view.enabled ? "ON" : "OFF");
    this.#set("manualRecordingState", ids, view.recording.reasons.includes("manual") ? "ON" : "OFF");
    this.#set("recordModeState", ids, view.record.mode);
    this.#set("snapshotUrl", ids, snapshotLink(this.#options.webAddress(), view.id));
    this.#set("cameraState", ids, {
      v: 1,
      id: view.id,
      name: view.name,
      enabled: view.enabled,
      status,
      ...(reason === undefined ? {} : { reason }),
      since,
      recordMode: view.record.mode,
      recording: view.recording.active,
      recordReasons: view.recording.reasons,
      node: this.#options.node,
      streams: view.streams.map(({ stream, state, format }) => ({
        stream,
        ...(state === undefined ? {} : { status: state.status }),
        ...(format?.video === undefined
          ? {}
          : { codec: format.video.codec, width: format.video.width, height: format.video.height }),
      })),
    });
  }

  /** Remembers a camera that came: it is to be cleared should it go while the broker is away. */
  async remember(camera: string): Promise<void> {
    if (this.#remembered.has(camera)) return;
    this.#remembered.add(camera);
    await keyValuesTable(this.#options.db).set(CAMERAS_KEY, [...this.#remembered]);
  }

  /** Clears what is retained of a camera. */
  async cameraRemoved(camera: string): Promise<void> {
    for (const name of OF_CAMERA) {
      const topic = topicOf(this.#options.base(), name, { camera });
      this.#sent.delete(topic);
      await this.#options.publish({ topic, payload: "", qos: 1, retain: true });
    }
  }

  volume({ id, path, status, message, freeBytes, totalBytes }: VolumeView): void {
    if (id === "") return;
    this.#set(
      "volumeState",
      { volume: id },
      {
        ...{ v: 1, id, path, status },
        ...(message === undefined ? {} : { message }),
        ...(freeBytes === undefined ? {} : { freeBytes }),
        ...(totalBytes === undefined ? {} : { totalBytes }),
      },
    );
  }

  /** How the recorder and its cameras are now, and how much room its volumes have. */
  async health(): Promise<void> {
    const now = await this.#options.status.status();
    this.#info(now);
    this.#health(now);
    for (const volume of now.volumes) this.volume(volume);
  }

  #info({ node: name, version, timeZone }: StatusView): void {
    const { node, plugins } = this.#options;
    const told = plugins()
      .slice(0, MOST_PLUGINS)
      .map((plugin) => ({ name: plugin.name, version: plugin.version, status: plugin.status }));
    this.#set(
      "nodeInfo",
      { node },
      { ...{ v: 1, id: node, name, version, timeZone, role: "active" }, plugins: told },
    );
  }

  #health(now: StatusView): void {
    const { node, clock, cameras, machine } = this.#options;
    const nowMs = clock.wallMs();
    const views = cameras.list();
    this.#set("nodeHealth", { node }, nodeHealth(now, views, machine(), nowMs));
    for (const view of views) this.#set("cameraHealth", { camera: view.id }, cameraHealth(view, nowMs));
  }

  #set(name: TopicName, ids: TopicIds, value: string | object): void {
    const topic = topicOf(this.#options.base(), name, ids);
    const payload = typeof value === "string" ? value : JSON.stringify(value);
    if (this.#sent.get(topic) === payload) return;
    this.#sent.set(topic, payload);
    this.#options.publish({ topic, payload, qos: TOPICS[name].qos, retain: true }).catch((error: unknown) => {
      // It comes with all the others when the broker is there again.
      this.#sent.delete(topic);
      this.#options.log.debug("a state was not published", { topic, reason: String(error) });
    });
  }
}
