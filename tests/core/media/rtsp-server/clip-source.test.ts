import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type ClipSourceOptions, sourceOfClip } from "../../../../core/media/rtsp-server/clip-source.ts";
import { Pacer } from "../../../../core/media/rtsp-server/pacer.ts";
import { writeSdp } from "../../../../core/media/rtsp-server/sdp-writer.ts";
import type { ServedUnit } from "../../../../core/media/rtsp-server/served-source.ts";
import { type TestClipName, testClip } from "../../../../core/testing/fake-tracks.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

interface Heard {
  readonly units: ServedUnit[];
  isOver: boolean;
}

async function listen(
  t: TestContext,
  options: ClipSourceOptions,
  shiftSeconds = 0,
  clip: TestClipName = "h264-aac",
): Promise<Heard> {
  const source = sourceOfClip(await testClip(clip), options);
  const heard: Heard = { units: [], isOver: false };
  const playback = source.play(
    {
      unit: (unit) => heard.units.push(unit),
      ended: () => {
        heard.isOver = true;
      },
    },
    { shiftSeconds },
  );
  t.after(() => playback.stop());
  return heard;
}

describe("a clip as a source", () => {
  it("sends each unit once, in the order of decoding, and says when it is over", async (t) => {
    const heard = await listen(t, { atEnd: "end", speed: 40 });
    await waitFor(() => heard.isOver);
    const video = heard.units.filter(({ track }) => track === 0);
    assert.deepEqual(
      video.map(({ time }) => time),
      Array.from({ length: 100 }, (_, index) => index * 3600),
    );
    assert.equal(heard.units.filter(({ track }) => track === 1).length, 188);
  });

  it("serves one kind of track alone, and parameter sets in band only where wanted", async (t) => {
    const heard = await listen(t, { only: "video", inBandParameterSets: false, speed: 40 });
    await waitFor(() => heard.units.length > 50);
    assert.ok(heard.units.every(({ track, parameterSets }) => track === 0 && parameterSets === undefined));
  });

  it("sends sound in the same moment as the picture before it where that is wanted, with the time that is its own", async (t) => {
    const source = sourceOfClip(await testClip("h264-aac"), {
      sound: "with-pictures",
      atEnd: "end",
      speed: 8,
    });
    let isPictureSent = false;
    let isOver = false;
    const alone: number[] = [];
    const times: number[] = [];
    const playback = source.play(
      {
        unit: ({ track, time }) => {
          if (track === 0) {
            isPictureSent = true;
            queueMicrotask(() => {
              isPictureSent = false;
            });
            return;
          }
          times.push(time);
          if (!isPictureSent) alone.push(time);
        },
        ended: () => {
          isOver = true;
        },
      },
      {},
    );
    t.after(() => playback.stop());
    await waitFor(() => isOver);
    assert.deepEqual(alone, []);
    assert.deepEqual(
      times,
      Array.from({ length: 188 }, (_, index) => index * 1_024),
    );
  });

  it("shows pictures with B-frames in decoding order, none before time zero", async (t) => {
    const heard = await listen(t, { speed: 40, atEnd: "end" }, 0, "h264-bframes-opus");
    await waitFor(() => heard.isOver);
    const times = heard.units.filter(({ track }) => track === 0).map(({ time }) => time);
    assert.equal(Math.min(...times), 0);
    assert.ok(times.some((time, index) => time < (times[index - 1] ?? 0)));
  });

  it("shows all clients the same moment when its timing is shared", async (t) => {
    const source = sourceOfClip(await testClip("h264-aac"), { timing: "shared", speed: 8 });
    const seen: { who: number; start: number; atMs: number }[] = [];
    for (const who of [0, 1]) {
      const playback = source.play(
        {
          unit: ({ track, start }) => {
            if (track === 0) seen.push({ who, start, atMs: performance.now() });
          },
          ended: () => undefined,
        },
        {},
      );
      t.after(() => playback.stop());
    }
    await waitFor(() => seen.filter(({ who }) => who === 1).length > 30);
    const late = seen.filter(({ who }) => who === 0).at(-5);
    const same = seen.find(({ who, start }) => who === 1 && start === late?.start);
    assert.ok(late !== undefined && same !== undefined);
    assert.ok(Math.abs(late.atMs - same.atMs) < 100);
  });

  it("sends nothing after it was stopped, also from within a unit", async (t) => {
    const source = sourceOfClip(await testClip("h264-aac"), { speed: 1_000 });
    let after = 0;
    const playback = source.play(
      {
        unit: () => {
          after += 1;
          if (after === 3) playback.stop();
        },
        ended: () => undefined,
      },
      {},
    );
    const other = await listen(t, { speed: 100 });
    await waitFor(() => other.units.length > 50);
    assert.equal(after, 3);
  });
});

describe("the pacer", () => {
  it("calls each item when it is due, and never again once it says so or is removed", async () => {
    const pacer = new Pacer();
    const calls: string[] = [];
    const start = performance.now();
    let turns = 0;
    const again = {
      advance(nowMs: number): number {
        calls.push("again");
        turns += 1;
        return turns < 3 ? nowMs + 10 : Number.POSITIVE_INFINITY;
      },
    };
    const removed = {
      advance(): number {
        calls.push("removed");
        return 0;
      },
    };
    pacer.add(again, start + 5);
    pacer.add(removed, start + 500);
    pacer.remove(removed);
    await waitFor(() => turns === 3);
    assert.ok(performance.now() - start >= 24);
    assert.deepEqual(calls, ["again", "again", "again"]);
  });
});

describe("session descriptions", () => {
  it("name every track with its type, clock and control", async () => {
    const source = sourceOfClip(await testClip("h264-bframes-opus"));
    const sdp = writeSdp(source.tracks, 7);
    const lines = sdp.split("\r\n");
    assert.equal(lines[0], "v=0");
    assert.ok(sdp.endsWith("\r\n"));
    for (const line of [
      "o=- 7 1 IN IP4 127.0.0.1",
      "m=video 0 RTP/AVP 96",
      "a=rtpmap:96 H264/90000",
      "a=control:trackID=0",
      "m=audio 0 RTP/AVP 97",
      "a=rtpmap:97 opus/48000/2",
      "a=control:trackID=1",
    ])
      assert.ok(lines.includes(line), line);
  });
});
