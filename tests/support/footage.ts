// Real footage for tests that span the whole recorder: clips cut or re-encoded from ../shared/data/video (made by ffmpeg's
// test picture where that folder is absent), and the recorder with its HTTP API.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { NightjarError } from "../../core/errors.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "./accounts.ts";
import type { GstreamerOptions } from "./gstreamer-server.ts";
import { ROOT } from "./program.ts";
import { RecorderRig, type RigOptions } from "./recorder-rig.ts";

const run = promisify(execFile);
const FOOTAGE = join(ROOT, "../shared/data/video");

/** Why real footage cannot be used here; false if it can. */
export const footageAbsent: string | false = existsSync(FOOTAGE)
  ? false
  : "no real footage (../shared/data/video): ffmpeg's test picture stands in for it";

export interface ClipRecipe {
  readonly name: string;
  /** File of the footage folder. */
  readonly from: string;
  readonly seconds: number;
  /** `copy`: as it is. */
  readonly picture: "copy" | "h264" | "h265";
  readonly codec: "h264" | "h265";
  readonly bFrames?: number;
  /** `copy`: the footage's own sound. Left out: none. */
  readonly sound?: "copy" | "aac" | "opus" | "pcmu" | "pcma";
}

export interface FootageClip {
  readonly path: string;
  readonly recipe: ClipRecipe;
  readonly served: Pick<GstreamerOptions, "file" | "video" | "audio">;
}

const SOUND_CODERS = {
  aac: ["-c:a", "aac", "-ac", "1", "-ar", "48000"],
  opus: ["-c:a", "libopus", "-ac", "1", "-ar", "48000"],
  pcmu: ["-c:a", "pcm_mulaw", "-ac", "1", "-ar", "8000"],
  pcma: ["-c:a", "pcm_alaw", "-ac", "1", "-ar", "8000"],
} as const;

/** Makes a clip in `folder`: Matroska, so that GStreamer serves any codec of it. */
export async function makeClip(folder: string, recipe: ClipRecipe): Promise<FootageClip> {
  const path = join(folder, `${recipe.name}.mkv`);
  const source = join(FOOTAGE, recipe.from);
  const real = existsSync(source);
  const length = String(recipe.seconds);
  const args = ["-v", "error", "-y", "-nostdin"];
  if (real) args.push("-i", source);
  else args.push("-f", "lavfi", "-i", `testsrc2=s=320x180:r=25:d=${length}`);
  const { sound } = recipe;
  const hasOwnSound = real && sound === "copy";
  if (sound !== undefined && !hasOwnSound)
    args.push("-f", "lavfi", "-i", `anoisesrc=c=pink:a=0.2:r=48000:d=${length}`);
  args.push("-map", "0:v:0");
  if (hasOwnSound) args.push("-map", "0:a:0", "-c:a", "copy");
  else if (sound !== undefined) args.push("-map", "1:a:0", ...SOUND_CODERS[sound === "copy" ? "aac" : sound]);
  if (recipe.picture === "copy" && real) args.push("-c:v", "copy");
  else args.push(...pictureCoder(recipe));
  await run("ffmpeg", [...args, "-t", length, path], { timeout: 120_000 });
  const audio = sound === "copy" ? "aac" : sound;
  return {
    path,
    recipe,
    served: { file: path, video: recipe.codec, ...(audio === undefined ? {} : { audio }) },
  };
}

function pictureCoder({ codec, bFrames = 0 }: ClipRecipe): string[] {
  const common = ["-pix_fmt", "yuv420p", "-preset", "ultrafast"];
  if (codec === "h264") return ["-c:v", "libx264", ...common, "-g", "20", "-bf", String(bFrames)];
  return [
    "-c:v",
    "libx265",
    ...common,
    "-x265-params",
    `keyint=20:min-keyint=20:open-gop=1:bframes=${bFrames}:log-level=none`,
  ];
}

/** The whole recorder without cameras, activated, with its API. Its shape fits the browser's support code. */
export class FootageRecorder {
  readonly rig: RecorderRig;
  readonly token: string;
  readonly code: string;

  private constructor(rig: RecorderRig, token: string) {
    this.rig = rig;
    this.token = token;
    this.code = rig.activationCode ?? "";
  }

  /** The caller stops it. */
  static async start(options: Partial<RigOptions> = {}): Promise<FootageRecorder> {
    const rig = await RecorderRig.start({ cameras: 0, ...options });
    try {
      return new FootageRecorder(rig, await activate(rig.url, rig.activationCode));
    } catch (error) {
      await rig.dispose();
      throw error;
    }
  }

  /** By name, as Chromium takes `localhost` for a secure context and a cookie's host. */
  get url(): string {
    return this.rig.url.replace("127.0.0.1", "localhost").replace(/\/$/, "");
  }

  api<T>(method: string, path: string, body?: unknown): Promise<T> {
    return call<T>(this.rig.url, this.token, method, path, body);
  }

  /** Adds an RTSP camera that records ten-second files with sound; answers its id. */
  async addCamera(name: string, config: object, record: object = {}): Promise<string> {
    const { id } = await this.api<{ id: string }>("POST", "/cameras", {
      name,
      driver: "rtsp",
      config,
      record: { mode: "continuous", streams: "main", audio: true, segmentSeconds: 10, ...record },
    });
    return id;
  }

  /** Takes a camera away, with all that was recorded of it. */
  removeCamera(id: string): Promise<void> {
    return this.api("DELETE", `/cameras/${id}?footage=remove`);
  }

  camera(id: string): Promise<CameraBody> {
    return this.api<CameraBody>("GET", `/cameras/${id}`);
  }

  /** Waits until a camera's state fulfils `wanted`; answers the camera. */
  untilState(
    id: string,
    wanted: (camera: CameraBody) => boolean,
    deadlineMs: number,
    what: string,
  ): Promise<CameraBody> {
    let last: CameraBody | undefined;
    return waitFor(
      async () => {
        last = await this.camera(id);
        return wanted(last) ? last : undefined;
      },
      { deadlineMs, periodMs: 100, what: `${what} of ${id}` },
    ).catch((error: unknown) => {
      throw new NightjarError(
        "NJ_TEST_NOT_YET",
        "internal",
        `${String(error)}: ${JSON.stringify(last?.state)}`,
      );
    });
  }

  /** Recording files of a camera's stream, oldest first. */
  filesOf(id: string, stream = "main"): NamedFile[] {
    return this.rig
      .filePaths(`${id}/${stream}`)
      .map(namedFile)
      .sort((a, b) => a.run - b.run || a.sequence - b.sequence);
  }

  /** CPU seconds used so far and resident memory of `media`. */
  async mediaFigures(): Promise<{ cpuSeconds: number; residentBytes: number; pid: number }> {
    const pid = await this.rig.pidOf("media");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      residentBytes: pages * 4096,
      pid,
    };
  }

  stop(): Promise<void> {
    return this.rig.dispose();
  }
}

export interface CameraBody {
  readonly id: string;
  readonly name: string;
  readonly state: {
    readonly status: string;
    readonly reason?: string;
    readonly code?: string;
    readonly note?: string;
  };
  readonly streams: readonly {
    readonly stream: string;
    readonly format?: {
      readonly video?: { readonly codec: string; readonly width: number; readonly height: number };
      readonly audio?: { readonly codec: string; readonly note?: string };
    };
    readonly figures?: { readonly packetsLost: number; readonly framesPerSecond: number };
  }[];
  readonly recording: { readonly active: boolean };
}

export interface NamedFile {
  readonly path: string;
  readonly startMs: number;
  readonly run: number;
  readonly sequence: number;
}

/** `<utc-start-ms>-<node>-<run>-<sequence>.mp4` */
function namedFile(path: string): NamedFile {
  const parts = basename(path, ".mp4").split("-");
  const [startMs, run, sequence] = [parts[0], parts.at(-2), parts.at(-1)].map(Number);
  return { path, startMs: startMs ?? 0, run: run ?? 0, sequence: sequence ?? 0 };
}

async function call<T>(url: string, token: string, method: string, path: string, body?: unknown): Promise<T> {
  const base = url.replace(/\/$/, "");
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      origin: base,
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new NightjarError("NJ_TEST_REFUSED", "internal", `${method} ${path}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
