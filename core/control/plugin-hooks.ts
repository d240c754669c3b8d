// Where plugins have a say in what the recorder does: what cameras, streams, recordings and the audit log do is told to
// the hooks, and what the hooks answer is checked before anybody obeys it.
import type { SecretStore } from "../config/secret-store.ts";
import type { TillConfig } from "../config/till-config.ts";
import { type CameraId, STREAM_NAMES, type StreamName, type VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { StreamReport } from "../media/protocol.ts";
import type { StreamState } from "../media/source.ts";
import { Collection } from "../plugin/calls/collection.ts";
import { type Hooks, isTapped } from "../plugin/calls/hooks.ts";
import type { RecordingPlan, StreamEnd } from "../plugin/contract/hook-data.ts";
import { Type } from "../plugin/schemas/schema-builder.ts";
import { misfitOf } from "../plugin/schemas/settings-check.ts";
import { RECEIPT_LINES_LIMIT, RECEIPT_NUMBER_LIMIT, type Receipt, TEXT_LIMIT } from "../pos/receipts.ts";
import type { MediaClient } from "../recording/media-client.ts";
import { RECORD_MODES, type RecordedCamera } from "../recording/recorded-camera.ts";
import type { RecordingServiceOptions } from "../recording/recording-options.ts";
import type { AuditLog } from "../users/audit-log.ts";

const STREAM_CHOICES: readonly string[] = ["main", "sub", "both"] satisfies RecordingPlan["streams"][];

/** What is to be recorded of the cameras once plugins have had their say; an answer that makes no sense is passed over. */
export async function plannedCameras(
  hooks: Pick<Hooks, "recordingPlan">,
  cameras: readonly RecordedCamera[],
  log: Log,
): Promise<readonly RecordedCamera[]> {
  if (!isTapped(hooks.recordingPlan)) return cameras;
  return Promise.all(
    cameras.map(async (camera) => {
      const { mode, streams, audio } = camera.record;
      const plan = await hooks.recordingPlan.promise({ camera: camera.id, mode, streams, audio });
      if (
        plan.camera !== camera.id ||
        !RECORD_MODES.includes(plan.mode) ||
        !STREAM_CHOICES.includes(plan.streams)
      ) {
        log.warn("a plugin's recording plan makes no sense and is passed over", { camera: camera.id });
        return camera;
      }
      const record = { ...camera.record, mode: plan.mode, streams: plan.streams, audio: plan.audio };
      return { ...camera, record };
    }),
  );
}

/**
 * Where the files of the cameras go once plugins have had their say: volumes in order. Those that a plugin leaves out come
 * last, and an answer that names one that there is not, or one twice, is passed over.
 */
export async function plannedPlaces(
  hooks: Pick<Hooks, "placementPlan">,
  cameras: readonly RecordedCamera[],
  volumes: readonly VolumeId[],
  log: Log,
): Promise<ReadonlyMap<CameraId, readonly VolumeId[]>> {
  if (!isTapped(hooks.placementPlan) || volumes.length < 2) return new Map();
  const recorded = cameras.filter(({ enabled, record }) => enabled && record.mode !== "off");
  const places = await Promise.all(
    recorded.map(async ({ id }): Promise<[CameraId, readonly VolumeId[]]> => {
      const plan = await hooks.placementPlan.promise({ camera: id, volumes });
      const named = new Set(plan.volumes);
      const isSense = named.size === plan.volumes.length && named.isSubsetOf(new Set(volumes));
      if (plan.camera !== id || !isSense) {
        log.warn("a plugin's placement plan makes no sense and is passed over", { camera: id });
        return [id, volumes];
      }
      return [id, [...plan.volumes, ...volumes.filter((volume) => !named.has(volume))]];
    }),
  );
  return new Map(places);
}

const NOT_WANTED: StreamEnd = {
  code: "not-wanted",
  message: "the camera was switched off or taken off the list",
};

/** Tells the hooks when a stream begins and ends to be received. */
export class StreamTeller {
  readonly #hooks: Pick<Hooks, "streamStarted" | "streamEnded">;
  readonly #received = new Map<string, StreamReport>();

  constructor(hooks: Pick<Hooks, "streamStarted" | "streamEnded">) {
    this.#hooks = hooks;
  }

  /** Takes a state as `media` reports it. */
  take({ camera, stream, state: { status, fault } }: StreamReport & { readonly state: StreamState }): void {
    const name = `${camera} ${stream}`;
    const isReceived = status === "online" || status === "degraded";
    if (isReceived === this.#received.has(name)) return;
    if (isReceived) {
      this.#received.set(name, { camera, stream });
      void this.#hooks.streamStarted.promise(camera, stream);
      return;
    }
    this.#received.delete(name);
    const reason = fault === undefined ? [] : [{ code: fault.code, message: fault.message }];
    void this.#hooks.streamEnded.promise(camera, stream, ...(reason as [StreamEnd]));
  }

  /** Nobody reports the end of streams that are not wanted any more. */
  keepOnly(cameras: readonly RecordedCamera[]): void {
    const wanted = new Set(
      cameras.flatMap(({ id, enabled, streams }) =>
        STREAM_NAMES.filter((stream) => enabled && streams[stream] !== undefined).map(
          (stream) => `${id} ${stream}`,
        ),
      ),
    );
    for (const [name, { camera, stream }] of this.#received) {
      if (wanted.has(name)) continue;
      this.#received.delete(name);
      void this.#hooks.streamEnded.promise(camera, stream, NOT_WANTED);
    }
  }
}

/** What plugins add to the diagnostics document, each under its name, and the secrets that must not stand in that. */
export async function diagnosticParts(
  hooks: Pick<Hooks, "diagnostics">,
  secrets: Pick<SecretStore, "readable">,
): Promise<{ readonly plugins: Record<string, unknown>; readonly secrets: readonly string[] }> {
  const answers = new Collection();
  await hooks.diagnostics.promise(answers);
  return { plugins: Object.fromEntries(answers.close()), secrets: secrets.readable() };
}

/** Why a plugin refuses recordings to somebody; undefined if none does. */
export function playbackVeto(
  hooks: Pick<Hooks, "beforePlayback">,
): (camera: CameraId, userName: string, stream?: StreamName) => Promise<string | undefined> {
  return (camera, userName, stream) =>
    hooks.beforePlayback.promise({ camera, userName, ...(stream === undefined ? {} : { stream }) });
}

const TRANSACTION = Type.Object({
  ...{ till: Type.String(), name: Type.String(), start: Type.String(), end: Type.String() },
  cameras: Type.Array(Type.String()),
  totalMinor: Type.Union([
    Type.Null(),
    Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
  ]),
  receipt: Type.Union([Type.Null(), Type.String({ minLength: 1, maxLength: RECEIPT_NUMBER_LIMIT })]),
  lines: Type.Array(Type.Object({ time: Type.String(), text: Type.String({ maxLength: TEXT_LIMIT }) }), {
    maxItems: RECEIPT_LINES_LIMIT,
  }),
});

/** Lets plugins change what is kept of a receipt that is over; an answer that makes no sense is passed over. */
export async function closingReceipt(
  hooks: Pick<Hooks, "posTransaction">,
  { id, name, cameras }: Pick<TillConfig, "id" | "name" | "cameras">,
  receipt: Receipt,
  log: Log,
): Promise<void> {
  if (!isTapped(hooks.posTransaction)) return;
  const iso = (timeMs: number): string => new Date(timeMs).toISOString();
  const answer = await hooks.posTransaction.promise({
    ...{ till: id, name, cameras: [...cameras] as CameraId[] },
    ...{ start: iso(receipt.startMs), end: iso(receipt.lastMs) },
    totalMinor: receipt.totalMinor ?? null,
    receipt: receipt.receipt ?? null,
    lines: receipt.lines.map(({ text, timeMs }) => ({ text, time: iso(timeMs) })),
  });
  const problem = misfitOf(TRANSACTION, answer);
  const lines =
    problem === undefined ? answer.lines.map(({ text, time }) => ({ text, timeMs: Date.parse(time) })) : [];
  const isInTime = lines.every(({ timeMs }) => timeMs >= receipt.startMs && timeMs <= receipt.lastMs);
  if (problem !== undefined || !isInTime) {
    const reason =
      problem === undefined ? "its lines are of another time" : `${problem.path} ${problem.message}`;
    log.warn("a plugin's receipt makes no sense and is passed over", { till: id, reason });
    return;
  }
  receipt.totalMinor = answer.totalMinor ?? undefined;
  receipt.receipt = answer.receipt ?? undefined;
  receipt.lines = lines;
}

/** What recording asks plugins, each time before it acts. */
export function recordingSay(
  hooks: Hooks,
  log: Log,
): Required<Pick<RecordingServiceOptions, "shapeCameras" | "placeCameras" | "keepReason">> {
  const { beforeEvict } = hooks;
  return {
    shapeCameras: (cameras) => plannedCameras(hooks, cameras, log),
    placeCameras: (cameras, volumes) => plannedPlaces(hooks, cameras, volumes, log),
    keepReason: () => (isTapped(beforeEvict) ? (request) => beforeEvict.promise(request) : undefined),
  };
}

/** Tells plugins what `media` reports and what is written to the audit log. */
export class HookTeller {
  readonly #hooks: Hooks;
  readonly #cameras: () => readonly RecordedCamera[];
  readonly #streams: StreamTeller;

  constructor(hooks: Hooks, cameras: () => readonly RecordedCamera[]) {
    this.#hooks = hooks;
    this.#cameras = cameras;
    this.#streams = new StreamTeller(hooks);
  }

  /** Begins. Gives what ends it. */
  follow(media: Pick<MediaClient, "on">, audit: AuditLog): () => void {
    const { segmentClosed, volumeStateChanged } = this.#hooks;
    media.on("segmentClosed", (segment) => void segmentClosed.promise(segment));
    media.on("streamState", (report) => this.#streams.take(report));
    media.on("volumeState", (state) => void volumeStateChanged.promise(state.volume, state));
    return tellOfAudit(this.#hooks, audit);
  }

  /** Cameras came, went, or were switched. */
  camerasChanged(): void {
    this.#streams.keepOnly(this.#cameras());
  }
}

/** Gives what ends it. */
function tellOfAudit(hooks: Pick<Hooks, "auditRecorded">, audit: AuditLog): () => void {
  return audit.onRecorded("hook auditRecorded", ({ atMs, userName, action, camera, detail }) => {
    void hooks.auditRecorded.promise({
      atMs,
      userName,
      action,
      detail,
      ...(camera === undefined ? {} : { camera }),
    });
  });
}
