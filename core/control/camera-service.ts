// Cameras as the API shows them: the list, what media says of them, and manual recording, in one face.
import type { CameraList, ResolvedCamera } from "../cameras/camera-list.ts";
import { CameraSearch } from "../cameras/camera-search.ts";
import { plainFacts } from "../domain/facts.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type {
  CameraView,
  DriverView,
  NewCameraBody,
  ProbeAnswer,
  SearchAnswer,
} from "../http/camera-schemas.ts";
import type { CameraService } from "../http/services.ts";
import type { MediaFigures, StreamFigures } from "../media/protocol.ts";
import type { Registry } from "../plugin/calls/registry.ts";
import type { CameraDriver } from "../plugin/contract/camera-driver.ts";
import type { LiveCamera, LiveStream } from "../recording/camera-states.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import { recordedCamera } from "./listed-cameras.ts";

const PROBE_LIMIT_MS = 12_000;
const PROBE_PICTURE_WIDTH = 640;

/** Makes a JPEG of a key frame. */
export type MakePicture = (request: {
  /** RFC 6381 string. */
  readonly codec: string;
  readonly decoderConfig: Uint8Array;
  /** NAL units with 4-byte lengths. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly signal: AbortSignal;
}) => Promise<Buffer>;

export interface CameraServiceOptions {
  readonly list: CameraList;
  readonly drivers: Registry<CameraDriver>;
  readonly recording: RecordingService;
  readonly makePicture: MakePicture;
}

export class Cameras implements CameraService {
  readonly #options: CameraServiceOptions;
  readonly #search: CameraSearch;
  #figures = new Map<string, StreamFigures>();

  constructor(options: CameraServiceOptions) {
    this.#options = options;
    this.#search = new CameraSearch({
      drivers: () => options.drivers.all(),
      cameras: () => options.list.all().map(({ camera }) => camera),
    });
  }

  /** Takes the newest figures of all streams, shown until the next ones. */
  takeFigures(figures: MediaFigures): void {
    this.#figures = new Map(figures.streams.map((stream) => [`${stream.camera}/${stream.stream}`, stream]));
  }

  list(): readonly CameraView[] {
    return this.#options.list.all().map((resolved) => this.#view(resolved));
  }

  get(id: string): CameraView | undefined {
    const resolved = this.#options.list.find(id);
    return resolved === undefined ? undefined : this.#view(resolved);
  }

  has(id: string): boolean {
    return this.#options.list.has(id);
  }

  ids(): readonly string[] {
    return this.#options.list.ids();
  }

  async create(camera: NewCameraBody): Promise<CameraView> {
    const { id, name, driver, enabled, config, record } = camera;
    const added = await this.#options.list.add({
      ...(id === undefined ? {} : { id }),
      name,
      driver,
      ...(enabled === undefined ? {} : { enabled }),
      config,
      ...(record === undefined ? {} : { record }),
    });
    return this.#existing(added.camera.id);
  }

  async update(id: string, change: Parameters<CameraService["update"]>[1]): Promise<CameraView> {
    const { name, enabled, config, record } = change;
    await this.#options.list.update(id, {
      ...(name === undefined ? {} : { name }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(config === undefined ? {} : { config }),
      ...(record === undefined ? {} : { record }),
    });
    return this.#existing(id);
  }

  async remove(id: string, footage: "keep" | "remove"): Promise<void> {
    await this.#options.list.remove(id);
    if (footage === "remove") await this.#options.recording.removeFootage(id as CameraId);
  }

  async probe(request: Parameters<CameraService["probe"]>[0]): Promise<ProbeAnswer> {
    const source = await this.#options.list.trial(request.driver, request.config, request.camera);
    const result = await this.#options.recording.probe(source, PROBE_LIMIT_MS);
    const { video, audio } = result.format;
    if (video === undefined) {
      throw new NightjarError(
        "NJ_CAMERA_NO_VIDEO",
        "failed-precondition",
        "the camera answers, but sends no picture",
      );
    }
    const picture = await this.#options
      .makePicture({
        codec: video.codec,
        decoderConfig: Buffer.from(video.description, "base64"),
        data: Buffer.from(result.keyFrame, "base64"),
        width: PROBE_PICTURE_WIDTH,
        signal: request.signal,
      })
      // Without ffmpeg, or with a picture that it cannot read, the facts are worth showing all the same.
      .catch(() => undefined);
    return {
      ok: true,
      video: {
        codec: video.codec,
        width: video.width,
        height: video.height,
        ...(video.frameRate === undefined ? {} : { frameRate: video.frameRate }),
      },
      ...(audio === undefined
        ? {}
        : {
            audio: {
              codec: audio.codec,
              sampleRate: audio.sampleRate,
              ...(audio.note === undefined ? {} : { note: audio.note }),
            },
          }),
      transport: result.tls ? `${result.transport}+tls` : result.transport,
      bitrateKbps: result.bitrateKbps,
      ...(picture === undefined ? {} : { picture: `data:image/jpeg;base64,${picture.toString("base64")}` }),
    };
  }

  async search(signal: AbortSignal): Promise<SearchAnswer> {
    const { found, isCut, problems } = await this.#search.search(signal);
    return {
      found: found.map((device) => ({ ...device, config: { ...device.config } })),
      isCut,
      problems: [...problems],
    };
  }

  drivers(): readonly DriverView[] {
    return this.#options.drivers.all().map((driver) => ({
      id: driver.id,
      displayName: driver.displayName,
      configSchema: driver.configSchema,
      canSearch: driver.discover !== undefined,
      ...(driver.catalogue === undefined
        ? {}
        : { catalogue: driver.catalogue.map((pattern) => ({ ...pattern })) }),
    }));
  }

  async startManualRecording(id: string, untilMs: number | undefined): Promise<void> {
    await this.#options.recording.startManual(this.#existing(id).id as CameraId, untilMs);
  }

  async stopManualRecording(id: string): Promise<void> {
    await this.#options.recording.stopManual(this.#existing(id).id as CameraId);
  }

  #existing(id: string): CameraView {
    const view = this.get(id);
    if (view === undefined)
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", `there is no camera "${id.slice(0, 64)}"`);
    return view;
  }

  #view(resolved: ResolvedCamera): CameraView {
    const { camera, secretsSet, problem } = resolved;
    const live = this.#options.recording.stateOf(recordedCamera(resolved));
    return {
      id: camera.id,
      name: camera.name,
      driver: camera.driver,
      enabled: camera.enabled,
      config: { ...camera.config, ...Object.fromEntries(secretsSet.map((field) => [`${field}Set`, true])) },
      record: recordView(camera.record),
      state: stateView(camera.enabled, live, problem),
      streams: live.streams.map((stream) => this.#streamView(camera.id, stream)),
      recording: {
        active: live.recording.active,
        reasons: [...live.recording.reasons],
        ...(live.recording.problem === undefined ? {} : { problem: live.recording.problem }),
      },
    };
  }

  #streamView(camera: string, live: LiveStream): CameraView["streams"][number] {
    const figures = this.#figures.get(`${camera}/${live.stream}`);
    const { status, fault, sinceMs } = live.state;
    return {
      stream: live.stream,
      state: {
        status,
        ...(fault === undefined ? {} : { reason: fault.message, code: fault.code, ...plainFacts(fault) }),
        since: new Date(sinceMs).toISOString(),
        ...(live.note === undefined ? {} : { note: live.note }),
      },
      ...(live.format === undefined ? {} : { format: live.format }),
      ...(figures === undefined
        ? {}
        : {
            figures: {
              bitrateKbps: figures.bitrateKbps,
              framesPerSecond: figures.framesPerSecond,
              packetsLost: figures.packetsLost,
              ...(figures.transport === undefined ? {} : { transport: figures.transport }),
            },
          }),
    };
  }
}

function stateView(
  enabled: boolean,
  { state }: LiveCamera,
  problem: ResolvedCamera["problem"],
): CameraView["state"] {
  if (enabled && problem !== undefined) {
    return {
      status: "offline",
      reason: problem.message,
      code: problem.code,
      ...plainFacts(problem),
      since: new Date().toISOString(),
    };
  }
  return {
    status: enabled ? state.status : "disabled",
    ...(state.reason === undefined ? {} : { reason: state.reason }),
    ...(state.code === undefined ? {} : { code: state.code, ...plainFacts(state) }),
    since: new Date(state.sinceMs).toISOString(),
    ...(state.note === undefined ? {} : { note: state.note }),
  };
}

function recordView({ eventTypes, eventCameras, ...record }: ResolvedCamera["camera"]["record"]) {
  return {
    ...record,
    ...(eventTypes === undefined ? {} : { eventTypes: [...eventTypes] }),
    ...(eventCameras === undefined ? {} : { eventCameras: [...eventCameras] }),
  };
}
