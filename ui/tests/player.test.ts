// The logic of the players without a browser: clock, speeds, rates, reconnecting, choice of codec, thinning, steering.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attempts } from "../src/player/codec-choice.ts";
import { decodeG711 } from "../src/player/g711.ts";
import { keepEvery } from "../src/player/gop-thinning.ts";
import type { FromWorker } from "../src/player/messages.ts";
import { steer } from "../src/player/mse-live.ts";
import { neighbour } from "../src/player/mse-playback.ts";
import { PendingSteps } from "../src/player/pending-steps.ts";
import { PlaybackClock, shuttle } from "../src/player/playback-clock.ts";
import { PlaybackNotes } from "../src/player/playback-notes.ts";
import { playRequest } from "../src/player/playback-requests.ts";
import { Rates } from "../src/player/rates.ts";
import { reconnectDelayMs } from "../src/player/reconnect.ts";
import { bytesOfBase64, formatOf, stateOf } from "../src/player/wire-text.ts";

describe("playback clock", () => {
  it("runs at its speed, forwards and backwards, and stands while held", () => {
    const clock = new PlaybackClock();
    clock.jump(900_000, 0);
    assert.equal(clock.at(5000), 900_000);
    clock.run(5000);
    assert.equal(clock.at(6000), 990_000);
    clock.setSpeed(-2, 6000);
    assert.equal(clock.at(6500), 900_000);
    clock.hold(6500);
    assert.equal(clock.at(9999), 900_000);
  });

  it("runs on after a jump", () => {
    const clock = new PlaybackClock();
    clock.run(0);
    clock.jump(1_000_000, 1000);
    assert.equal(clock.at(2000), 1_090_000);
  });
});

describe("frame steps whose picture is not there yet", () => {
  it("ask the recorder once, and are all made when it has answered", () => {
    const steps = new PendingSteps();
    assert.equal(steps.due(0), 0);
    assert.equal(steps.add(1, 0), true);
    assert.equal(steps.add(1, 100), false);
    assert.equal(steps.due(200), 2);
    steps.made(4_000);
    assert.equal(steps.due(8_000), 1, "as long as some are made, the others are waited for");
    steps.made(8_000);
    assert.equal(steps.due(8_000), 0);
    assert.equal(steps.add(1, 9_000), true, "the next one asks again");
  });

  it("are forgotten when something else is wanted, or when nothing came for long", () => {
    const steps = new PendingSteps();
    steps.add(1, 0);
    steps.forget();
    assert.equal(steps.due(1), 0);
    steps.add(1, 0);
    assert.equal(steps.due(4_999), 1);
    assert.equal(steps.due(5_000), 0);
    assert.equal(steps.add(1, 9_000), true);
    assert.equal(steps.due(9_000), 1);
  });
});

describe("shuttle", () => {
  it("goes from full speed backwards to full speed forwards, one step a press", () => {
    const seen = [-16];
    for (let press = 0; press < 20; press += 1) seen.push(shuttle(seen.at(-1) ?? 0, 1));
    assert.deepEqual([...new Set(seen)], [-16, -8, -4, -2, -1, -0.5, -0.25, 0.25, 0.5, 1, 2, 4, 8, 16]);
    assert.equal(shuttle(0.25, -1), -0.25);
  });
});

describe("rates", () => {
  it("count bits and pictures of the last two seconds", () => {
    const rates = new Rates();
    for (let at = 0; at <= 4000; at += 40) {
      rates.arrived(at, 20_000);
      rates.drawn(at, 50);
    }
    assert.equal(rates.framesPerSecond(4000), 25);
    assert.ok(Math.abs(rates.bitrateKbps(4000) - 4000) < 100);
    assert.equal(rates.delayMs, 50);
    assert.equal(rates.framesPerSecond(9000), 0);
  });

  it("measure delay beyond the quickest frame, whatever the two clocks say", () => {
    const rates = new Rates();
    const skew = -1_000_000;
    assert.equal(rates.transit(0, skew, 2), 2);
    assert.equal(rates.transit(40, skew + 40, 2), 2);
    assert.equal(rates.transit(380, skew + 80, 2), 302);
    assert.equal(rates.transit(405, skew + 120, 2), 287);
  });

  it("forget the quickest frame after a while, as when the two clocks drift", () => {
    const rates = new Rates();
    rates.transit(0, 0, 0);
    rates.transit(31_000, 30_900, 0);
    assert.equal(rates.transit(31_040, 30_940, 0), 0);
  });
});

describe("reconnecting", () => {
  it("waits longer each time, up to about ten seconds, and never the same for all", () => {
    assert.equal(reconnectDelayMs(0, 0.5), 500);
    assert.equal(reconnectDelayMs(1, 0.5), 1000);
    assert.equal(reconnectDelayMs(99, 0.5), 10_000);
    assert.ok(reconnectDelayMs(3, 0) < reconnectDelayMs(3, 0.99));
  });
});

describe("choice of stream and decoder", () => {
  const h264 = { formatId: 1, video: { codec: "avc1.64001f", width: 640, height: 360, description: "" } };
  const h265 = {
    formatId: 1,
    video: { codec: "hvc1.1.6.L93.B0", width: 1920, height: 1080, description: "" },
  };

  it("tries the stream itself, then the camera's H.264, then transcoding", () => {
    const streams = [
      { stream: "main", format: h265 },
      { stream: "sub", format: h264 },
    ] as const;
    assert.deepEqual(attempts("main", streams, ["webcodecs", "mse"]), [
      { stream: "main", way: "webcodecs", transcode: false },
      { stream: "main", way: "mse", transcode: false },
      { stream: "sub", way: "webcodecs", transcode: false },
      { stream: "main", way: "webcodecs", transcode: true },
    ]);
  });

  it("does not try a sub-stream that is H.265 too", () => {
    const streams = [
      { stream: "main", format: h265 },
      { stream: "sub", format: h265 },
    ] as const;
    assert.ok(attempts("main", streams, ["webcodecs"]).every((one) => one.stream === "main"));
  });

  it("takes the main stream where there is no other, and nothing where the browser has no way", () => {
    assert.equal(attempts("sub", [{ stream: "main", format: h264 }], ["mse"])[0]?.stream, "main");
    assert.deepEqual(attempts("main", [], []), []);
  });
});

describe("G.711", () => {
  it("decodes silence, the loudest samples and both signs", () => {
    assert.equal(decodeG711("ulaw", Uint8Array.of(0xff), 1)[0]?.[0], 0);
    assert.ok(Math.abs((decodeG711("ulaw", Uint8Array.of(0x80), 1)[0]?.[0] ?? 0) - 32_124 / 32_768) < 1e-6);
    assert.ok(Math.abs((decodeG711("ulaw", Uint8Array.of(0x00), 1)[0]?.[0] ?? 0) + 32_124 / 32_768) < 1e-6);
    assert.ok(Math.abs((decodeG711("alaw", Uint8Array.of(0xd5), 1)[0]?.[0] ?? 0) - 8 / 32_768) < 1e-6);
    assert.ok(Math.abs((decodeG711("alaw", Uint8Array.of(0xaa), 1)[0]?.[0] ?? 0) - 32_256 / 32_768) < 1e-6);
    assert.ok((decodeG711("alaw", Uint8Array.of(0x2a), 1)[0]?.[0] ?? 0) < -0.9);
  });

  it("parts interleaved channels", () => {
    const [left, right] = decodeG711("ulaw", Uint8Array.of(0xff, 0x80, 0xff, 0x80), 2);
    assert.deepEqual([left?.length, right?.length, left?.[1]], [2, 2, 0]);
    assert.ok((right?.[0] ?? 0) > 0.9);
  });
});

describe("backwards play", () => {
  it("keeps every picture while they fit and thins them evenly when they do not", () => {
    assert.equal(keepEvery(50, 1280, 720), 1);
    assert.equal(keepEvery(250, 1280, 720), 5);
    assert.equal(keepEvery(1, 1280, 720, 1), 1);
  });
});

describe("MSE", () => {
  it("jumps to the live edge when more than a second behind, hurries when a little behind", () => {
    assert.deepEqual(steer(10, 10.2), { rate: 1 });
    assert.ok(steer(10, 10.6).rate > 1 && steer(10, 10.6).rate <= 1.5);
    assert.ok(Math.abs((steer(10, 12).jumpTo ?? 0) - 11.88) < 1e-9);
    assert.ok(steer(20, 10).jumpTo !== undefined, "ahead of all media after a reconnect");
  });

  it("finds the picture before and after the one on show", () => {
    const times = [1, 1.04, 1.08];
    assert.equal(neighbour(times, 1.041, 1), 1.08);
    assert.equal(neighbour(times, 1.041, -1), 1);
    assert.equal(neighbour(times, 1.08, 1), undefined);
    assert.equal(neighbour(times, 1, -1), undefined);
  });
});

describe("messages from the recorder", () => {
  it("are read without trust", () => {
    assert.equal(formatOf({ format: { video: {} } }), undefined);
    assert.equal(formatOf({ format: { formatId: 3, video: { codec: 5 } } }), undefined);
    assert.equal(formatOf({ format: { formatId: 3 } })?.formatId, 3);
    assert.equal(stateOf({ state: "offline" }), undefined);
    assert.deepEqual(
      stateOf({ state: { status: "offline", sinceMs: 5, fault: { code: "timed-out", message: "no" } } }),
      {
        status: "offline",
        sinceMs: 5,
        code: "timed-out",
        message: "no",
      },
    );
    assert.deepEqual([...bytesOfBase64("AQID")], [1, 2, 3]);
    assert.equal(bytesOfBase64("***").length, 0);
  });
});

describe("notes on how a recording is shown", () => {
  it("hold until the first picture of a request that needs none", () => {
    const posted: FromWorker[] = [];
    const notes = new PlaybackNotes(7, (message) => posted.push(message));
    notes.asked();
    notes.shown();
    assert.deepEqual(posted, [], "nothing was told, so nothing is taken back");
    notes.asked();
    notes.take({ type: "transcode-wait", from: "h265", running: 2, limit: 2 });
    notes.take({ type: "transcoding", from: "h265", to: "h264", running: 2, limit: 2 });
    notes.shown();
    notes.asked();
    notes.take({ type: "other-stream", stream: "sub", codec: "h265" });
    notes.shown();
    notes.asked();
    notes.take({ type: "of a newer recorder" });
    notes.shown();
    notes.shown();
    assert.deepEqual(
      posted.map(({ type }) => type),
      ["transcode-wait", "transcoding", "other-stream", "as-recorded"],
    );
    assert.ok(posted.every(({ id }) => id === 7));
  });

  it("remember that the recorder rests, until something is asked for", () => {
    const notes = new PlaybackNotes(1, () => undefined);
    notes.take({ type: "transcode-rest" });
    assert.equal(notes.rests, true);
    notes.asked();
    assert.equal(notes.rests, false);
  });

  it("come of requests that say what this browser can play", () => {
    assert.equal(playRequest(1, 900, 1, "main", true)["video"], "h264");
    assert.ok(!("video" in playRequest(1, 900, 1, "main", false)));
  });
});
