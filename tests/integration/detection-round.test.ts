// People who walk through a real clip, one round of it as a camera at a whole recorder that decodes key frames alone while nothing
// moves: one event for each of them, at the time at which they are there. The clip is no part of the project; without it this is skipped.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { PERSONS, SLACK_SECONDS } from "../support/clip-truth.ts";
import { realClip } from "../support/detection-clips.ts";
import type { FootageRecorder } from "../support/footage.ts";
import { hasProgram } from "../support/media-files.ts";
import { sharedFootageRecorder } from "../support/shared-footage-recorder.ts";
import { type WatchedClip, watchedClip } from "../support/watched-clip.ts";

interface Event {
  readonly start: string;
  readonly end?: string;
}

const ROUND_SECONDS = 139.4;
const FRAMES_PER_SECOND = 10;
/** The merge window that people one after the other are told apart by. */
const MERGE_SECONDS = 2;
const clip = realClip(PERSONS.name);
const skip =
  clip === undefined ? "the real clips are not at hand" : !hasProgram("ffmpeg") && "ffmpeg is not installed";

describe("people in a clip that is a camera", { skip, timeout: 600_000 }, () => {
  const dir = tempDir("nightjar-round-");
  let recorder: FootageRecorder;
  let camera: WatchedClip | undefined;
  let id: string | undefined;
  let mergeSeconds: number | undefined;
  before(async () => {
    // A key frame every two seconds, as cameras send them.
    const coding = ["-an", "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "20"];
    const file = dir.join("round.mp4");
    execFileSync("ffmpeg", ["-loglevel", "error", "-nostdin", "-i", clip ?? "", ...coding, file]);
    camera = await watchedClip(file);
    recorder = await sharedFootageRecorder();
  });
  after(async () => {
    if (id !== undefined) await recorder.removeCamera(id);
    if (mergeSeconds !== undefined) await recorder.api("PATCH", "/arming/rules", { mergeSeconds });
    await camera?.[Symbol.asyncDispose]();
    dir.remove();
  });

  it("are an event each, at their times, none split and none in the first five seconds", async (t) => {
    ({ mergeSeconds } = await recorder.api<{ mergeSeconds: number }>("GET", "/arming/rules"));
    await recorder.api("PATCH", "/arming/rules", { mergeSeconds: MERGE_SECONDS });
    id = await recorder.addCamera("Hall", { url: camera?.url ?? "", transport: "tcp" });
    await recorder.api("PATCH", `/cameras/${id}/detection`, { enabled: true });
    const sentMs = (seconds: number) => camera?.sentMs(seconds);
    const events = async () => {
      const path = `/events?types=motion&cameras=${id}&limit=50`;
      const { events: found } = await recorder.api<{ events: Event[] }>("GET", path);
      return found.toReversed();
    };
    const last = PERSONS.spans.length - 1;
    const found = await waitFor(
      async () => {
        const all = await events();
        const isRoundOver = sentMs(ROUND_SECONDS - 2 / FRAMES_PER_SECOND) !== undefined;
        return isRoundOver && all[last]?.end !== undefined ? all : undefined;
      },
      {
        deadlineMs: (ROUND_SECONDS + 30) * 1_000,
        periodMs: 500,
        what: "a round, and the end of its last event",
      },
    );
    const beginMs = sentMs(0) ?? Number.NaN;
    const seen = found.map(({ start, end }) =>
      [start, end].map((at) => Math.round((Date.parse(at ?? "") - beginMs) / 100) / 10),
    );
    const told = `${JSON.stringify(seen)}, in truth ${JSON.stringify(PERSONS.spans)}`;
    t.diagnostic(told);
    assert.equal(found.length, PERSONS.spans.length, told);
    for (const [index, { from, to }] of PERSONS.spans.entries()) {
      const [start = Number.NaN, end = Number.NaN] = seen[index] ?? [];
      assert.ok(Math.abs(start - from) <= SLACK_SECONDS, `begin of ${index}: ${told}`);
      assert.ok(Math.abs(end - to) <= SLACK_SECONDS, `end of ${index}: ${told}`);
    }
  });
});
