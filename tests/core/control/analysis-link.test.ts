// The link from core to `analysis` over a real socket: what is seen becomes events with the picture of its moment, and a camera
// that tells of something itself is looked at closely, up to the gate before its decoder.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import {
  ANALYSIS_SOCKET,
  type CoreMethodsForAnalysis,
  type DesiredAnalysis,
} from "../../../core/analysis/protocol.ts";
import { runAnalysis } from "../../../core/analysis/run-analysis.ts";
import { AnalysisLink } from "../../../core/control/analysis-link.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { LINK_VERSION, type Link, type LinkMethods, listenLinks } from "../../../core/link/link.ts";
import { LinkClient } from "../../../core/link/link-client.ts";
import { silentLog } from "../../../core/log.ts";
import { LIVE_HEADER_BYTES, writeLiveHeader } from "../../../core/media/live-wire.ts";
import { MEDIA_SOCKET } from "../../../core/media/protocol.ts";
import { RUN_FOLDER } from "../../../core/supervisor/process-contract.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { engineFixture, NOON_MS } from "../alarm/alarm-fixture.ts";

const YARD = "yard" as CameraId;
const GOP = 20;
const FORMAT = {
  formatId: 1,
  video: { codec: "avc1.64001f", width: 640, height: 360, description: "AWQAH//gAA==" },
};

/** Core's end, and the folder that both processes share. */
async function coreEnd(t: TestContext) {
  const dir = tempDir();
  const run = dir.join(RUN_FOLDER);
  mkdirSync(run, { mode: 0o700 });
  const { engine, rows } = await engineFixture(t);
  const link = new AnalysisLink({
    ...{ socketPath: `${run}/${ANALYSIS_SOCKET}`, instance: "test", log: silentLog, events: engine },
    motion: { take: () => undefined },
    detector: () => ({
      ...{ id: "x", displayName: "X", eventTypes: [], configSchema: {} as never },
      frames: { width: 16, height: 16, perSecond: 5 },
      begin: async () => undefined,
      look: async () => [],
      end: async () => undefined,
    }),
    restartPlugin: async () => undefined,
  });
  await link.listen();
  t.after(async () => {
    await link.close();
    dir.remove();
  });
  return { dir, run, link, rows };
}

/** `media`'s end of the link: a camera with ten frames a second, as fast as they are asked for. */
async function fakeStream(t: TestContext, run: string) {
  let viewer: Link<LinkMethods> | undefined;
  let sent = 0;
  const server = await listenLinks(
    `${run}/${MEDIA_SOCKET}`,
    () => ({
      hello: { role: "media", version: LINK_VERSION, instance: "test" },
      handlers: { subscribe: () => ({ subscription: 1, state: { status: "online", sinceMs: 0 } }) } as never,
    }),
    (link) => {
      viewer = link;
    },
  );
  t.after(() => server.close());
  return {
    /** One key frame and what follows it. */
    sendGroup(): void {
      if (sent === 0) viewer?.notify("format", { subscription: 1, format: FORMAT } as never);
      for (let count = 0; count < GOP; count += 1) {
        const message = Buffer.alloc(4 + LIVE_HEADER_BYTES + 8);
        message.writeUInt32BE(1);
        writeLiveHeader(message, 4, {
          ...{
            formatId: 1,
            track: "video",
            keyFrame: sent % GOP === 0,
            damaged: false,
            discontinuity: false,
          },
          ...{ time90k: (NOON_MS + sent * 100) * 90, compositionOffset90k: 0, duration90k: 9_000 },
          ...{ frameNumber: sent, ageUs: 0 },
        });
        viewer?.sendBinary([message]);
        sent += 1;
      }
    },
    get hasViewer() {
      return viewer !== undefined;
    },
  };
}

describe("the link to the process that looks at pictures", () => {
  it("gives an event the picture of the moment that each report is of, and none where none is told", async (t) => {
    const { run, rows } = await coreEnd(t);
    const analysis = new LinkClient<CoreMethodsForAnalysis>(`${run}/${ANALYSIS_SOCKET}`, {
      hello: { role: "analysis", version: LINK_VERSION, instance: "test" },
      handlers: {} as never,
      log: silentLog,
    });
    t.after(() => analysis.close());
    await waitFor(() => analysis.link);
    const told = { camera: YARD, plugin: "nightjar-vca-x", id: "x" };
    await analysis.request("reports", {
      ...told,
      reports: [
        { kind: "pulse", type: "person", timeMs: NOON_MS - 400 },
        { kind: "pulse", type: "vehicle" },
      ],
    });
    assert.deepEqual((await rows()).map(({ type, pictures }) => [type, pictures]).sort(), [
      ["person", [NOON_MS - 400]],
      ["vehicle", []],
    ]);
  });

  it("has all pictures of a camera looked at that tells of something itself, and of no other", async (t) => {
    const { dir, run, link } = await coreEnd(t);
    const stream = await fakeStream(t, run);
    const ffmpegPath = dir.join("ffmpeg");
    writeFileSync(
      ffmpegPath,
      '#!/bin/sh\nif [ "$1" = -version ]; then echo ffmpeg version 1; else exec cat >/dev/null; fi\n',
    );
    chmodSync(ffmpegPath, 0o755);
    const analysis = await runAnalysis({
      ...{ dataDir: dir.path, log: silentLog, clock: new FakeClock(NOON_MS), instance: "test-instance" },
      ready: () => undefined,
    } as unknown as Parameters<typeof runAnalysis>[0]);
    t.after(() => analysis.stop());
    const desired: DesiredAnalysis = {
      ...{ version: "1", ffmpegPath, processorPercent: 100, plugins: [] },
      cameras: [
        {
          ...{ camera: YARD, stream: "main" },
          detectors: [
            {
              ...{ plugin: "nightjar-vca-x", id: "x", runs: "core", eventTypes: ["motion"] },
              frames: { width: 16, height: 16, perSecond: 5, idlePerSecond: 0.5 },
              settings: { sensitivity: 50, rules: [], options: {} },
            },
          ],
        },
      ],
    };
    link.setDesired(desired);
    const isIdle = async () => (await link.figures())?.cameras[0]?.isIdle;
    await waitFor(async () => stream.hasViewer && (await isIdle()) !== undefined, { deadlineMs: 20_000 });
    await waitFor(
      async () => {
        stream.sendGroup();
        return isIdle();
      },
      { what: "the camera to be at rest", deadlineMs: 20_000 },
    );
    link.wake("gate" as CameraId);
    assert.equal(await isIdle(), true, "another camera's word");
    link.wake(YARD);
    assert.equal(await isIdle(), false);
  });
});
