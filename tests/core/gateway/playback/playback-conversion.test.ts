import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FormatBook } from "../../../../core/gateway/playback/format-book.ts";
import { PlaybackConversion } from "../../../../core/gateway/playback/playback-conversion.ts";
import type { PlaybackOutput } from "../../../../core/gateway/playback/playback-run.ts";
import { TranscodePlaces } from "../../../../core/gateway/transcode-places.ts";
import { silentLog } from "../../../../core/log.ts";
import type { WireFormat } from "../../../../core/media/live-wire.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { liveFrame } from "../fake-peers.ts";

const H265: WireFormat = {
  formatId: 1,
  video: { codec: "hvc1.1.6.L93.B0", width: 320, height: 180, description: "AQ==" },
};

/** A conversion by a program that reads and says nothing. */
function converting(limit: number) {
  const places = new TranscodePlaces();
  places.limit = limit;
  const clock = new FakeClock();
  const told: Record<string, unknown>[] = [];
  const sent: Buffer[] = [];
  const conversion = new PlaybackConversion({
    places,
    findFfmpeg: () => Promise.resolve({ path: "/bin/true", sandbox: undefined }),
    readers: undefined as never,
    clock,
    log: silentLog,
    announce: (format) => format.formatId,
    tell: (message) => told.push(message as Record<string, unknown>),
  });
  const inner: PlaybackOutput = {
    text: (message) => told.push(message as Record<string, unknown>),
    frames: (frames) => {
      sent.push(...frames.map(({ message }) => message));
      return Promise.resolve();
    },
    unreadable: () => undefined,
  };
  const keyFrame = {
    message: liveFrame({ keyFrame: true, time90k: 90_000 }),
    isVideo: true,
    time90k: 90_000,
  };
  return { places, clock, told, sent, conversion, inner, keyFrame };
}

describe("the conversion of a playback connection", () => {
  it("holds its place while it is used, and gives it back after a rest, which it tells", async () => {
    const { places, clock, told, conversion, inner, keyFrame } = converting(1);
    conversion.sourceFormat = H265;
    const { signal } = new AbortController();
    const output = conversion.begin(inner, 1, signal);
    const asked = output.frames([keyFrame], signal).catch(() => undefined);
    await new Promise(setImmediate);
    assert.equal(places.running, 1);
    assert.deepEqual(told[0], {
      type: "transcoding",
      request: 1,
      from: "h265",
      to: "h264",
      running: 1,
      limit: 1,
    });
    await asked;
    // Another request of the same connection takes no other place.
    const second = conversion.begin(inner, 2, signal);
    await second.frames([keyFrame], signal).catch(() => undefined);
    assert.equal(places.running, 1);
    clock.advance(29_000);
    assert.equal(places.running, 1);
    clock.advance(2_000);
    assert.equal(places.running, 0);
    assert.deepEqual(told.at(-1), { type: "transcode-rest" });
    conversion.close();
  });

  it("waits where there is no place, without taking one when its request is over", async () => {
    const { places, told, conversion, inner, keyFrame } = converting(1);
    const other = places.take();
    conversion.sourceFormat = H265;
    const gone = new AbortController();
    const output = conversion.begin(inner, 1, gone.signal);
    const asked = output.frames([keyFrame], gone.signal);
    const failed = assert.rejects(asked);
    await new Promise(setImmediate);
    assert.deepEqual(told, [{ type: "transcode-wait", request: 1, from: "h265", running: 1, limit: 1 }]);
    gone.abort();
    await failed;
    other?.free();
    assert.equal(places.running, 0);
    conversion.close();
  });

  it("lets H.264 pass as it is, and takes no place for it", async () => {
    const { places, sent, conversion, inner, keyFrame } = converting(0);
    conversion.sourceFormat = { formatId: 4, video: { ...H265.video, codec: "avc1.64001f" } as never };
    const { signal } = new AbortController();
    await conversion.begin(inner, 1, signal).frames([keyFrame], signal);
    assert.equal(sent[0], keyFrame.message);
    assert.equal(places.running, 0);
  });
});

describe("the numbers of formats", () => {
  it("are the same for the same format, whatever number it comes with", () => {
    const book = new FormatBook();
    assert.equal(book.numbered(H265).formatId, 1);
    assert.equal(book.numbered({ formatId: 9 }).formatId, 2);
    assert.equal(book.numbered({ ...H265, formatId: 5 }).formatId, 1);
  });
});
