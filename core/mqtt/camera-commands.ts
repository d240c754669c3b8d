// What is asked of one camera over MQTT: which right it needs, what is done, and what the audit log says of it. Who may has
// been checked, and the request fits its schema.
import type { Right } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { turnCamera } from "./ptz-requests.ts";
import type { Request, RequestsOptions } from "./request-parts.ts";

type Answer = Promise<Readonly<Record<string, unknown>>>;
type Parts = Pick<RequestsOptions, "cameras" | "abilities" | "detection" | "snapshot" | "publishSnapshot">;

/** Who asks, as far as it matters to what is done. */
export interface CommandTools {
  readonly by: string;
  audit(action: string, detail: Readonly<Record<string, unknown>>): void;
}

interface CameraCommand {
  readonly right: Right;
  act(parts: Parts, request: Request, tools: CommandTools): Answer;
}

const SNAPSHOT_WIDTH = 640;
/** Base 64 and the rest of the answer stay below 256 KiB. */
const SNAPSHOT_LIMIT_BYTES = 190_000;
const AUXILIARY_SECONDS = 5;

/** By the name of the request. */
export const CAMERA_COMMANDS = {
  "manual-recording": {
    right: "recordings.manual",
    async act({ cameras }, { camera, state, until }, { audit }) {
      const untilMs = until === undefined ? undefined : Date.parse(until);
      if (untilMs !== undefined && Number.isNaN(untilMs)) throw invalid("/until is no moment");
      if (state === "ON") await cameras.startManualRecording(camera, untilMs);
      else await cameras.stopManualRecording(camera);
      const action = state === "ON" ? "manual-recording-started" : "manual-recording-stopped";
      audit(action, until === undefined ? {} : { until });
      return { camera, state };
    },
  },
  "camera-enabled": {
    right: "cameras.edit",
    async act({ cameras }, { camera, state }, { audit }) {
      await cameras.update(camera, { enabled: state === "ON" });
      audit("camera-changed", { changed: ["enabled"] });
      return { camera, state };
    },
  },
  "record-mode": {
    right: "cameras.edit",
    async act({ cameras }, { camera, mode }, { audit }) {
      await cameras.update(camera, { record: { mode } });
      audit("camera-changed", { changed: ["record"] });
      return { camera, mode };
    },
  },
  detection: {
    right: "cameras.edit",
    async act({ detection }, { camera, state }, { audit }) {
      await detection.change(camera, { enabled: state === "ON" });
      audit("detection-changed", { changed: ["enabled"] });
      return { camera, state };
    },
  },
  detector: {
    right: "cameras.edit",
    async act({ detection }, { camera, detector, state }, { audit }) {
      await detection.change(camera, { detectors: { [detector]: { enabled: state === "ON" } } });
      audit("detection-changed", { changed: [detector] });
      return { camera, detector, state };
    },
  },
  auxiliary: {
    right: "outputs.set",
    async act({ abilities }, { camera, part, state, seconds = AUXILIARY_SECONDS }, { audit, by }) {
      const on = state === "ON";
      // Written down also where its device may have obeyed without saying so.
      audit(on ? "output-triggered" : "output-cleared", { part });
      const lacking = await abilities.siren({ cameras: [camera], parts: [part], on, seconds, by });
      if (lacking.length > 0)
        throw new NightjarError("NJ_CAMERA_ABILITY", "failed-precondition", `the camera has no ${part}`);
      return { camera, part, state };
    },
  },
  ptz: {
    right: "ptz",
    act: ({ abilities }, request, { audit }) => turnCamera(abilities, "ptz", { ...request }, audit),
  },
  presets: {
    right: "ptz",
    act: ({ abilities }, request, { audit }) => turnCamera(abilities, "presets", { ...request }, audit),
  },
  snapshot: {
    right: "snapshot",
    async act({ snapshot }, { camera, width = SNAPSHOT_WIDTH }) {
      const { jpeg, timeMs } = await snapshot(camera, width);
      if (jpeg.length > SNAPSHOT_LIMIT_BYTES) throw pictureTooLarge();
      return {
        camera,
        time: new Date(timeMs).toISOString(),
        contentType: "image/jpeg",
        picture: jpeg.toString("base64"),
      };
    },
  },
  "publish-snapshot": {
    right: "snapshot",
    async act({ publishSnapshot }, { camera, width = SNAPSHOT_WIDTH }) {
      const { timeMs, sizeBytes } = await publishSnapshot(camera, width);
      return { camera, time: new Date(timeMs).toISOString(), contentType: "image/jpeg", sizeBytes };
    },
  },
} as const satisfies Readonly<Record<string, CameraCommand>>;
export type CameraCommandName = keyof typeof CAMERA_COMMANDS;

/** True for a request about one camera. */
export function isCameraCommand(name: string): name is CameraCommandName {
  return Object.hasOwn(CAMERA_COMMANDS, name);
}

/** What a message must not be. */
export function pictureTooLarge(): NightjarError {
  return new NightjarError(
    "NJ_MQTT_PICTURE_SIZE",
    "resource-exhausted",
    "the picture is larger than a message may be: ask for a smaller width",
  );
}

function invalid(message: string): NightjarError {
  return new NightjarError("NJ_MQTT_REQUEST", "invalid-argument", message);
}
