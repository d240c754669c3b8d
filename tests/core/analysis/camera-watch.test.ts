// One camera that is looked at, with a program in the place of ffmpeg that takes everything and answers nothing: how soon
// a decoder that is stuck gets a successor, and what detectors are told where there is no decoder at all.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { CameraWatch, type CameraWatchParts } from "../../../core/analysis/camera-watch.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { FeedSink } from "../../../core/gateway/media-link.ts";
import { childOutput } from "../../../core/link/child-output.ts";
import { silentLog } from "../../../core/log.ts";
import { LIVE_HEADER_BYTES, writeLiveHeader } from "../../../core/media/live-wire.ts";
import type { StreamState } from "../../../core/media/source.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const TICKS_A_TURN = 9_000;
const FORMAT = {
  formatId: 1,
  // High profile, level 3.1: an avcC record without parameter sets.
  video: { codec: "avc1.64001f", width: 640, height: 360, description: "AWQAH//gAA==" },
};

function watchOf(
  t: TestContext,
  findFfmpeg: CameraWatchParts["findFfmpeg"],
  state: StreamState = { status: "connecting", sinceMs: 0 },
) {
  const clock = new FakeClock();
  const run = tempDir();
  let sink: FeedSink | undefined;
  const silences: number[] = [];
  const media = {
    isUp: true,
    subscribe: async (_camera: string, _stream: string, wanted: FeedSink) => {
      sink = wanted;
      return { state, close: () => undefined };
    },
  };
  const watch = new CameraWatch(
    {
      camera: "yard" as CameraId,
      stream: "main",
      detectors: [
        {
          ...{ plugin: "nightjar-vca-x", id: "x", runs: "here", eventTypes: ["video-loss"] },
          frames: { width: 16, height: 16, perSecond: 1 },
          settings: { sensitivity: 50, rules: [], options: {} },
        },
      ],
    },
    {
      ...{ clock, log: silentLog, findFfmpeg, media: media as unknown as CameraWatchParts["media"] },
      makeOutput: () => childOutput(run.path),
      callsOf: () => ({
        begin: async () => undefined,
        look: async ({ silentMs }) => {
          silences.push(silentMs);
          return [];
        },
        end: async () => undefined,
      }),
      nextWatch: () => "w1",
      onReports: () => undefined,
      onActivity: () => undefined,
      onEnded: () => undefined,
    },
  );
  t.after(() => {
    watch.close();
    run.remove();
  });
  let fed = 0;
  return {
    silences,
    status: () => watch.figures().status,
    streamState: (state: StreamState) => watch.streamState(state),
    /** Nothing comes for some seconds. */
    async wait(seconds: number): Promise<void> {
      await turn();
      for (let left = seconds; left > 0; left -= 1) {
        clock.advance(Math.min(1, left) * 1_000);
        await turn();
      }
    },
    /** A stream of ten frames a second, each a key frame. */
    async feed(seconds: number): Promise<void> {
      await turn();
      if (fed === 0) sink?.format(FORMAT);
      for (let count = 0; count < seconds * 10; count += 1) {
        fed += 1;
        const message = Buffer.alloc(LIVE_HEADER_BYTES + 8);
        writeLiveHeader(message, 0, {
          ...{ formatId: 1, track: "video", keyFrame: true, damaged: false, discontinuity: false },
          ...{ time90k: fed * TICKS_A_TURN, compositionOffset90k: 0, duration90k: TICKS_A_TURN },
          ...{ frameNumber: fed, ageUs: 0 },
        });
        sink?.frame(message);
        clock.advance(100);
        await turn();
      }
    },
  };
}

describe("a camera that is looked at", () => {
  it("gets another decoder soon after one that was fed and has answered nothing, each time", async (t) => {
    using dir = tempDir();
    const path = dir.join("ffmpeg");
    writeFileSync(path, "#!/bin/sh\nexec cat >/dev/null\n");
    chmodSync(path, 0o755);
    let starts = 0;
    const { feed } = watchOf(t, async () => {
      starts += 1;
      return { path };
    });
    await feed(120);
    assert.ok(starts >= 9, `${starts} decoders in two minutes`);
  });

  it("starts at first, as with other settings, and says only then that no picture comes", async (t) => {
    // Nothing is ever decoded.
    const { feed, status } = watchOf(t, () => new Promise(() => undefined));
    assert.equal(status(), "starting");
    await feed(5);
    assert.equal(status(), "starting");
    await feed(6);
    assert.equal(status(), "no-picture");
  });

  it("has decoded what came since the last key frame while its decoder was being started", async (t) => {
    using dir = tempDir();
    const path = dir.join("ffmpeg");
    const input = dir.join("input");
    writeFileSync(path, `#!/bin/sh\nexec cat >${input}\n`);
    chmodSync(path, 0o755);
    const found = Promise.withResolvers<{ readonly path: string }>();
    const { feed } = watchOf(t, () => found.promise);
    await feed(0.3);
    assert.equal(existsSync(input), false);
    found.resolve({ path });
    const fragments = (): number =>
      existsSync(input) ? readFileSync(input, "latin1").split("moof").length - 1 : 0;
    // All three were key frames: nobody needs the first two.
    await waitFor(() => fragments() === 1 || undefined, { what: () => `${fragments()} frames` });
    await feed(0.2);
    await waitFor(() => fragments() === 3 || undefined, { what: () => `${fragments()} frames` });
  });

  it("tells its detectors of no silence while the camera's link is being built, and of each second once it has failed", async (t) => {
    const { wait, silences, streamState } = watchOf(t, () => new Promise(() => undefined));
    await wait(8);
    assert.deepEqual(silences, []);
    const fault = { code: "connection-refused", message: "Nobody answers." } as const;
    streamState({ status: "offline", sinceMs: 0, fault });
    await wait(3);
    assert.deepEqual(silences, [1_000, 2_000, 3_000]);
  });

  it("tells them of a silence at once where the camera was not to be reached before", async (t) => {
    const fault = { code: "connection-refused", message: "Nobody answers." } as const;
    const state = { status: "offline", sinceMs: 0, fault } as const;
    const { wait, silences } = watchOf(t, () => new Promise(() => undefined), state);
    await wait(3);
    assert.deepEqual(silences, [1_000, 2_000, 3_000]);
  });

  it("tells them so from the first frame on where its decoder complains of what comes", async (t) => {
    using dir = tempDir();
    const path = dir.join("ffmpeg");
    const complained = dir.join("complained");
    writeFileSync(
      path,
      `#!/bin/sh\nhead -c 400 >/dev/null\necho no picture >&2\n>${complained}\nexec cat >/dev/null\n`,
    );
    chmodSync(path, 0o755);
    const { feed, wait, silences } = watchOf(t, async () => ({ path }), { status: "online", sinceMs: 0 });
    await wait(7.2);
    assert.deepEqual(silences, [], "the first key frame is on its way");
    await feed(0.1);
    await waitFor(() => existsSync(complained) || undefined, { deadlineMs: 20_000, what: "the complaint" });
    let waitedSeconds = 0;
    await waitFor(
      async () => {
        await wait(0.1);
        waitedSeconds += 0.1;
        return silences.length > 0 || undefined;
      },
      { periodMs: 20, deadlineMs: 20_000, what: "the first word of a silence" },
    );
    assert.ok(waitedSeconds > 1, "what came before the first frame does not count");
    // A decoder that says nothing would be given five seconds before a silence begins.
    assert.ok(waitedSeconds < 4, `${waitedSeconds} s`);
  });

  it("tells its detectors nothing of a silence while there is no ffmpeg", async (t) => {
    const { feed, silences } = watchOf(t, () =>
      Promise.reject(new NightjarError("NJ_FFMPEG_MISSING", "failed-precondition", "there is none")),
    );
    await feed(60);
    assert.deepEqual(silences, []);
  });
});
