// The recorder's own state for the API, the command line and the health dot: processes, volumes, cameras, problems.
import type { Clock } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import { toldKinds } from "../domain/event-hints.ts";
import { plainFacts } from "../domain/facts.ts";
import type { ListeningState } from "../gateway/protocol.ts";
import type { StatusService } from "../http/services.ts";
import type { StatusView, VolumeView } from "../http/wire-schemas.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { RecordingVolumeState } from "../recording/volumes.ts";
import type { ProcessStatus } from "../supervisor/process-contract.ts";
import { VERSION } from "../version.ts";
import type { Cameras } from "./camera-service.ts";
import type { RecorderProblems } from "./recorder-problems.ts";

export interface StatusOptions {
  readonly clock: Clock;
  readonly config: ConfigStore;
  readonly cameras: Cameras;
  readonly recording: RecordingService;
  readonly problems: RecorderProblems;
  processes(): readonly ProcessStatus[];
  /** The ports that the gateway has open. */
  listening(): ListeningState;
  /** The ports of the MQTT broker. */
  mqttDoors?(): NonNullable<StatusView["ports"]>;
}

/** A volume as the API shows it. */
export function volumeView(volume: RecordingVolumeState): VolumeView {
  return {
    id: volume.id ?? "",
    path: volume.path,
    status: volume.status,
    ...(volume.message === undefined ? {} : { message: volume.message }),
    ...(volume.code === undefined ? {} : { code: volume.code }),
    ...plainFacts(volume),
    ...(volume.freeBytes === undefined ? {} : { freeBytes: volume.freeBytes }),
    ...(volume.totalBytes === undefined ? {} : { totalBytes: volume.totalBytes }),
    usedBytes: volume.usedBytes,
    ...(volume.syncMs === undefined ? {} : { syncMs: volume.syncMs }),
  };
}

/** Makes the face that the API asks. */
export function statusService(options: StatusOptions): StatusService {
  const startedMs = options.clock.monotonicMs();
  return {
    async status() {
      const volumes = (await options.recording.volumeStates()).map(volumeView);
      const cameras = options.cameras.list();
      const { node, timeZone } = options.config.get();
      const { rtsp, rtsps } = options.listening();
      return {
        version: VERSION,
        node: node.name,
        uptimeSeconds: Math.round((options.clock.monotonicMs() - startedMs) / 1000),
        timeZone,
        ...(rtsp === undefined ? {} : { rtsp }),
        ...(rtsps === undefined ? {} : { rtsps }),
        processes: options.processes().map((process) => processView(process, options.clock.wallMs())),
        volumes,
        ports: [...openPorts(options.listening()), ...(options.mqttDoors?.() ?? [])],
        cameras: {
          total: cameras.length,
          online: cameras.filter(({ state }) => state.status === "online" || state.status === "degraded")
            .length,
          recording: cameras.filter(({ recording }) => recording.active).length,
        },
        problems: options.problems.list(volumes),
        told: toldKinds(options.config.get().alarms.hints),
      };
    },
  };
}

/** What is open, whatever kinds there are. */
function openPorts({ problems: _problems, ...open }: ListeningState): NonNullable<StatusView["ports"]> {
  return Object.entries(open).flatMap(([kind, place]) =>
    place === undefined ? [] : [{ kind, host: place.host, port: place.port }],
  );
}

function processView(process: ProcessStatus, nowMs: number): StatusView["processes"][number] {
  return {
    name: process.role,
    status: process.status,
    ...(process.pid === undefined ? {} : { pid: process.pid }),
    restarts: process.restarts,
    ...(process.startedAtMs === undefined
      ? {}
      : { uptimeSeconds: Math.round((nowMs - process.startedAtMs) / 1000) }),
    ...(process.lastExit === undefined
      ? {}
      : { message: `before: ${process.lastExit}`, ...plainFacts({ context: process.lastExitFacts }) }),
    ...process.figures,
  };
}
