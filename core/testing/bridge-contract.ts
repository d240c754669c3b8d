// The contract suite for bridges: plugins that tell others what happens in the recorder, by hooks, topics of their own and
// resources. Tests of node:test, each run twice: inline, and in a process of its own.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { SegmentRecord } from "../media/segment.ts";
import type { HookEvent } from "../plugin/contract/hook-data.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS } from "./contract-runs.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";

/** What the contract suite of bridges needs to know of a plugin. */
export interface BridgeContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** The plugin's own settings. */
  readonly settings?: unknown;
  /** Throws unless whoever is on the other side of the bridge can see that a camera has this state. */
  shows(nvr: TestNvr, seen: { readonly camera: string; readonly status: string }): Promise<void>;
}

const YARD = "yard" as CameraId;
const START = "2026-01-05T12:00:00.000Z";
/** Letters that have spoilt topics, JSON and HTML before. */
const ODD = "+/#\"'<b>\\\u{1f600} \u202e".repeat(4);
/** What a person on the other side may send. */
const ODD_COMMANDS = ["", "ON", "{", '{"a":', "null", "x".repeat(10_000)];

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function bridgeContract(options: BridgeContractOptions): void {
  const { pluginFolder, settings, shows } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const { name } = contractCard(folder);
  for (const [isolation, where] of MODES) {
    describe(`${name}, run ${where}, keeps the contract of bridges:`, { timeout: SUITE_LIMIT_MS }, () => {
      /** Runs a test with a started plugin, which must have gone without a fault; a refusal that is meant counts as one. */
      async function withBridge(test: (nvr: TestNvr) => Promise<void>, mayRefuse = false): Promise<void> {
        await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
        await test(nvr);
        const { status, errors, reason } = nvr.plugin();
        assert.deepEqual([status, reason], ["running", undefined]);
        if (mayRefuse) return;
        const bad = nvr.logged.filter(({ level }) => level === "error").map((line) => JSON.stringify(line));
        assert.deepEqual([errors, bad], [0, []], "nothing of it failed");
      }

      it("it shows how a camera is, and that it has changed", () =>
        withBridge(async (nvr) => {
          await nvr.hook("cameraAdded", { id: YARD, name: "Yard", driver: "rtsp" });
          for (const status of ["online", "offline"] as const) {
            const reason = status === "offline" ? { reason: "it does not answer", code: "timed-out" } : {};
            await nvr.hook("cameraStateChanged", YARD, { status, sinceMs: 0, ...reason });
            await shows(nvr, { camera: YARD, status });
          }
        }));

      it("whatever happens in the recorder is no obstacle, with odd names and without what is optional", () =>
        withBridge(async (nvr) => {
          for (const text of ["plain", ODD]) await tellAll(nvr, text);
          await nvr.hook("cameraStateChanged", YARD, { status: "online", sinceMs: 0 });
          await shows(nvr, { camera: YARD, status: "online" });
        }));

      it("odd commands over MQTT are no obstacle", () =>
        withBridge(async (nvr) => {
          const filters = [...nvr.mqtt.filters];
          for (const { filter } of filters)
            for (const payload of ODD_COMMANDS)
              assert.equal(nvr.mqtt.command(filter.replaceAll("+", "odd"), payload), 1);
          await nvr.hook("cameraStateChanged", YARD, { status: "online", sinceMs: 0 });
          await shows(nvr, { camera: YARD, status: "online" });
        }));

      it("its resources answer with plain data, or refuse with a code", () =>
        withBridge(async (nvr) => {
          for (const { method, path } of nvr.routes()) {
            const asked = nvr.ask(method, path.replaceAll(/:\w+/g, "nobody"));
            const answer = await asked.catch((error: unknown) => {
              assert.ok(error instanceof NightjarError && error.kind !== "internal", String(error));
              return null;
            });
            if (answer !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
          }
        }, true));

      it("nothing that it has told stays behind when it is stopped, and it starts again", () =>
        withBridge(async (nvr) => {
          await nvr.hook("cameraStateChanged", YARD, { status: "online", sinceMs: 0 });
          await shows(nvr, { camera: YARD, status: "online" });
          await nvr.restart();
          await nvr.hook("cameraStateChanged", YARD, { status: "degraded", sinceMs: 0 });
          await shows(nvr, { camera: YARD, status: "degraded" });
        }));

      it("after its stop nothing is left open: the process ends by itself", () =>
        liveOnce({ pluginFolder: folder, isolation, settings }));
    });
  }
}

/** All that a recorder tells of, once. */
async function tellAll(nvr: TestNvr, text: string): Promise<void> {
  const camera = { id: YARD, name: text, driver: "rtsp" };
  const event: HookEvent = {
    ...{ id: 7, type: "motion", severity: "alarm", source: text, start: START, objects: [] },
    detail: { text },
  };
  const whole = { ...event, camera: "yard", rule: text, subject: text, score: 1, end: START };
  await nvr.hook("recorderDescribed", {
    ...{ id: "n1", name: text, version: text, mqttBase: "nightjar", cameras: [{ ...camera, id: YARD }] },
    volumes: [{ id: SEGMENT.volume, path: text }],
    armingProfiles: [{ id: "home", name: text, arms: "by-rules" }],
  });
  await nvr.hook("recorderDescribed", {
    ...{ id: "n1", name: text, version: text, cameras: [], volumes: [], armingProfiles: [] },
  });
  await nvr.hook("cameraAdded", camera);
  await nvr.hook("cameraStateChanged", YARD, { status: "offline", reason: text, sinceMs: 0 });
  await nvr.hook("streamStarted", YARD, "main");
  await nvr.hook("streamEnded", YARD, "main");
  await nvr.hook("streamEnded", YARD, "sub", { code: "stalled", message: text });
  await nvr.hook("segmentClosed", SEGMENT);
  await nvr.hook("volumeStateChanged", SEGMENT.volume, {
    ...{ volume: SEGMENT.volume, status: "full", message: text, sinceMs: 0 },
  });
  for (const each of [event, whole]) {
    await nvr.hook("alarmRaised", each);
    await nvr.hook("alarmUpdated", each);
    await nvr.hook("alarmCleared", each);
  }
  await nvr.hook("pictureCaptured", { event: 7, camera: YARD, file: 1, time: START, sizeBytes: 1 });
  await nvr.hook("auditRecorded", { atMs: 0, userName: text, action: "session-started", detail: { text } });
  await nvr.hook("cameraRemoved", camera);
}

const SEGMENT: SegmentRecord = {
  ...{ camera: YARD, stream: "main", node: "nj", run: 1, sequence: 0, startTime90k: 0, clockSource: "node" },
  ...{ id: "0-nj-1-0" as SegmentRecord["id"], volume: "0b54e1f2-7d1c-4a53-9a0e-111111111111" as VolumeId },
  ...{ path: "video/yard/main/1970-01-01/00/0-nj-1-0.mp4", writeSequence: 1, duration90k: 5_400_000 },
  ...{ sizeBytes: 1, videoCodec: "avc1.64001f", width: 1920, height: 1080, audioCodec: undefined },
  ...{ videoSamples: 1, audioSamples: 0, moovOffset: 0, moovBytes: 0, holes: [], reasons: [] },
  ...{ cameraClockOffsetMs: undefined, startsWithKeyFrame: true, endsRun: false, recovered: false },
  keyFrames: "",
};
