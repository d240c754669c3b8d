// How the recorder and its cameras are, in figures, as MQTT tells it once a minute. Pure.
import type { CameraView } from "../http/camera-schemas.ts";
import type { StatusView } from "../http/wire-schemas.ts";
import type { MachineFigures } from "../system/machine-state.ts";
import type { CameraHealth, NodeHealth } from "./payloads.ts";

/** The recorder as a whole. */
export function nodeHealth(
  { uptimeSeconds, cameras, problems, processes, volumes }: StatusView,
  views: readonly CameraView[],
  machine: MachineFigures,
  nowMs: number,
): NodeHealth {
  const { processors, load, totalBytes, freeBytes } = machine;
  const shares = processes.flatMap(({ cpuShare }) => (cpuShare === undefined ? [] : [cpuShare]));
  return {
    v: 1,
    time: new Date(nowMs).toISOString(),
    uptimeSeconds,
    cameras,
    cpu: {
      processors,
      ...(shares.length === 0 ? {} : { percent: rounded((100 * sum(shares)) / Math.max(1, processors)) }),
      ...(load === undefined ? {} : { load: rounded(load, 2) }),
    },
    memory: { usedBytes: sum(processes.map(({ rssBytes = 0 }) => rssBytes)), freeBytes, totalBytes },
    volumes: {
      total: volumes.length,
      normal: volumes.filter(({ status }) => status === "normal").length,
    },
    bitrateKbps: rounded(sum(views.map((view) => sum(figuresOf(view).map((one) => one.bitrateKbps))))),
    problems: problems.map(({ code, severity, message }) => ({ code, severity, message })),
  };
}

/** One camera. */
export function cameraHealth(view: CameraView, nowMs: number): CameraHealth {
  const streams = figuresOf(view);
  const main = streams.find(({ stream }) => stream === "main") ?? streams[0];
  return {
    v: 1,
    time: new Date(nowMs).toISOString(),
    bitrateKbps: rounded(sum(streams.map(({ bitrateKbps }) => bitrateKbps))),
    framesPerSecond: main?.framesPerSecond ?? 0,
    streams,
  };
}

/** The figures of a camera that went away are those of when it was there. */
function figuresOf({ streams }: CameraView): CameraHealth["streams"] {
  return streams.flatMap(({ stream, state, figures }) =>
    figures === undefined || (state?.status !== "online" && state?.status !== "degraded")
      ? []
      : [
          {
            stream,
            bitrateKbps: rounded(figures.bitrateKbps),
            framesPerSecond: rounded(figures.framesPerSecond),
            packetsLost: figures.packetsLost,
          },
        ],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
