// Detection as the recorder runs it: from settings and registered detectors to what `analysis` is to look for, whether that
// process is there at all, and the face that the API asks.
import { join } from "node:path";
import {
  ANALYSIS_SOCKET,
  type AnalysisFigures,
  type DesiredAnalysis,
  type DesiredCamera,
  type DesiredDetector,
  type InlineDetectors,
  type LoadFigures,
} from "../analysis/protocol.ts";
import type { CameraList, ResolvedCamera } from "../cameras/camera-list.ts";
import type { Clock, Timer } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { DetectionActivity, DetectionPatch, DetectionView } from "../http/detection-schemas.ts";
import type { DetectionService } from "../http/services.ts";
import type { Log } from "../log.ts";
import type { Registry } from "../plugin/calls/registry.ts";
import type { Detector, DetectorSettings } from "../plugin/contract/detector.ts";
import { detectorOptions } from "../plugin/host/detector-options.ts";
import type { PluginHost } from "../plugin/host/plugin-host.ts";
import type { MotionLog } from "../recording/motion-log.ts";
import { VERSION } from "../version.ts";
import { AnalysisLink, type EventTaker } from "./analysis-link.ts";
import {
  changed,
  DEFAULT_SENSITIVITY,
  isEnabled,
  paceOf,
  type Settings,
  shown,
  unreadRules,
} from "./detection-settings.ts";

const LOOK_MS = 1_000;

export interface DetectionParts {
  /** Folder of the sockets between processes. */
  readonly run: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: ConfigStore;
  readonly list: CameraList;
  readonly plugins: Pick<PluginHost, "inlineOrder" | "isBundled" | "restart"> & {
    readonly registries: { readonly detectors: Registry<Detector> };
  };
  readonly events: EventTaker;
  readonly motion: Pick<MotionLog, "take" | "now">;
  /** Has the analysis process run, or ends it. */
  want(wanted: boolean): void;
}

export class Detection implements DetectionService {
  readonly #parts: DetectionParts;
  readonly #link: AnalysisLink;
  #told = "";
  #isWanted = false;
  #figures: AnalysisFigures | undefined;
  #stopFollowing: (() => void) | undefined;
  #looking: Timer | undefined;

  constructor(parts: DetectionParts) {
    this.#parts = parts;
    const { run, instance, log, events, motion, plugins } = parts;
    this.#link = new AnalysisLink({
      ...{ instance, log, events, motion },
      socketPath: join(run, ANALYSIS_SOCKET),
      restartPlugin: (name) => plugins.restart(name),
      detector: (plugin, id) =>
        plugins.registries.detectors.ofPlugin(plugin).find((entry) => entry.id === id),
    });
  }

  async start(): Promise<void> {
    const { clock, config } = this.#parts;
    await this.#link.listen();
    this.#stopFollowing = config.onChange("detection", () => this.#tell());
    // Plugins and streams come and go without telling here; the document is compared, and sent where it is another one.
    this.#looking = clock.every(LOOK_MS, () => {
      this.#tell();
      if (this.#isWanted) void this.#takeFigures();
    });
    this.#tell();
  }

  async close(): Promise<void> {
    this.#looking?.cancel();
    this.#stopFollowing?.();
    await this.#link.close();
  }

  /** A camera tells of something itself: whoever looks at its pictures looks at all of them for a while. */
  wake(camera: string): void {
    if (this.#isWanted) this.#link.wake(camera as CameraId);
  }

  of(id: string): DetectionView | undefined {
    const found = this.#parts.list.find(id);
    return found === undefined ? undefined : this.#view(found);
  }

  activity(id: string): DetectionActivity | undefined {
    if (this.#parts.list.find(id) === undefined) return undefined;
    const now = this.#parts.motion.now(id);
    if (now === undefined) return {};
    const { timeMs, columns, rows, cells } = now;
    return { moving: { at: new Date(timeMs).toISOString(), columns, rows, cells } };
  }

  load(): LoadFigures | undefined {
    return this.#figures?.load;
  }

  async change(id: string, patch: DetectionPatch): Promise<DetectionView> {
    const { list } = this.#parts;
    const found = list.find(id);
    if (found === undefined)
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", `there is no camera "${id.slice(0, 64)}"`);
    const next = changed(found.camera.detection, patch);
    for (const [name, settings] of Object.entries(patch.detectors ?? {}))
      this.#check(name, settings.options ?? {});
    return this.#view(await list.update(id, { detection: next }));
  }

  /** Throws `NJ_DETECTOR_UNKNOWN`, and `NJ_CONFIG_INVALID` for options that the detector's schema refuses. */
  #check(name: string, options: Readonly<Record<string, unknown>>): void {
    const found = this.#known().find(({ source }) => source === name);
    if (found === undefined) {
      throw new NightjarError("NJ_DETECTOR_UNKNOWN", "not-found", `there is no detector ${name} here`);
    }
    detectorOptions(found.entry.configSchema, options);
  }

  #known() {
    return this.#parts.plugins.registries.detectors
      .owned()
      .map(({ entry, plugin }) => ({ entry, plugin, source: `${plugin}/${entry.id}` }));
  }

  #tell(): void {
    const desired = this.#desired();
    const text = JSON.stringify(desired);
    if (text === this.#told) return;
    this.#told = text;
    const isWanted = desired.cameras.length > 0;
    if (isWanted !== this.#isWanted) this.#parts.want(isWanted);
    this.#isWanted = isWanted;
    if (!isWanted) this.#figures = undefined;
    this.#link.setDesired(desired);
  }

  #desired(): DesiredAnalysis {
    const { list, config, plugins: host } = this.#parts;
    const known = this.#known();
    const cameras: DesiredCamera[] = [];
    const plugins = new Map<string, InlineDetectors>();
    for (const { camera, streams } of list.all()) {
      if (!camera.enabled || camera.detection?.enabled !== true || streams.main === undefined) continue;
      const detectors: DesiredDetector[] = [];
      for (const { entry, plugin, source } of known) {
        const order = host.inlineOrder(plugin);
        const set = camera.detection.detectors[source];
        if (!isEnabled(set, host.isBundled(plugin))) continue;
        const settings = this.#settings(set, entry);
        if (settings === undefined) continue;
        if (order !== undefined) plugins.set(plugin, order);
        const { id, frames, eventTypes, answersAtOnce } = entry;
        detectors.push({
          plugin,
          id,
          frames,
          ...(answersAtOnce === undefined ? {} : { answersAtOnce }),
          eventTypes,
          settings,
          runs: order === undefined ? "core" : "here",
        });
      }
      if (detectors.length === 0) continue;
      cameras.push({
        camera: camera.id as CameraId,
        stream: streams.sub === undefined ? "main" : "sub",
        detectors,
      });
    }
    const { ffmpeg, detection } = config.get();
    const ffmpegPath = ffmpeg.path;
    return {
      version: VERSION,
      processorPercent: detection.processorPercent,
      ...(ffmpegPath === undefined || ffmpegPath === "" ? {} : { ffmpegPath }),
      plugins: [...plugins.values()],
      cameras,
    };
  }

  /** What a detector is told; undefined where its schema has become another one and refuses the options. */
  #settings(set: Settings | undefined, { configSchema }: Detector): DetectorSettings | undefined {
    try {
      return {
        sensitivity: set?.sensitivity ?? DEFAULT_SENSITIVITY,
        ...(set?.area === undefined ? {} : { area: set.area }),
        rules: (set?.rules ?? []) as unknown as DetectorSettings["rules"],
        options: detectorOptions(configSchema, set?.options),
      };
    } catch {
      return undefined;
    }
  }

  async #takeFigures(): Promise<void> {
    this.#figures = await this.#link.figures();
  }

  #view({ camera }: ResolvedCamera): DetectionView {
    const { detection } = camera;
    const isOn = camera.enabled && detection?.enabled === true;
    const figures = this.#figures?.cameras.find((each) => each.camera === camera.id);
    const known = this.#known();
    const absent = Object.keys(detection?.detectors ?? {}).filter(
      (name) => !known.some(({ source }) => source === name),
    );
    return {
      enabled: detection?.enabled ?? false,
      state: {
        status: !isOn ? "off" : (figures?.status ?? "starting"),
        framesPerSecond: isOn ? (figures?.framesPerSecond ?? 0) : 0,
        ...(isOn && figures?.status === "looking"
          ? { pace: paceOf(figures.isIdle, this.#figures?.load.step ?? 0) }
          : {}),
        ...(isOn && figures?.decodeShare !== undefined ? { decodeShare: figures.decodeShare } : {}),
        ...(isOn && figures?.problem !== undefined ? { problem: figures.problem } : {}),
      },
      detectors: [
        ...known.map(({ entry, plugin, source }) => {
          const set = detection?.detectors[source];
          const own = figures?.detectors.find((each) => each.plugin === plugin && each.id === entry.id);
          const settings = this.#settings(set, entry);
          const unread = unreadRules(set, entry.ruleKinds);
          return {
            ...shown(source, set, this.#parts.plugins.isBundled(plugin)),
            displayName: entry.displayName,
            eventTypes: [...entry.eventTypes],
            ...(entry.ruleKinds === undefined ? {} : { ruleKinds: [...entry.ruleKinds] }),
            ...(unread.length === 0 ? {} : { unreadRules: unread }),
            options: { ...(settings?.options ?? set?.options ?? {}) },
            schema: entry.configSchema as unknown as Record<string, unknown>,
            isPresent: true,
            looked: own?.looked ?? 0,
            skipped: own?.skipped ?? 0,
            ...(own?.cpuShare === undefined ? {} : { cpuShare: own.cpuShare }),
            ...(settings === undefined
              ? { problem: "its settings do not fit it any more" }
              : own?.problem === undefined
                ? {}
                : { problem: own.problem }),
          };
        }),
        ...absent.map((source) => ({
          ...shown(source, detection?.detectors[source], false),
          displayName: source,
          eventTypes: [],
          options: { ...(detection?.detectors[source]?.options ?? {}) },
          schema: {},
          isPresent: false,
          looked: 0,
          skipped: 0,
        })),
      ],
    };
  }
}
