// Video tampering through a whole recorder whose detector is at rest, with key frames that come each second, every two and every
// four: when it is told of and when it is over, by the recorder's times held against when those pictures went out.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { type TamperSpan, tamperClips } from "../support/detection-clips.ts";
import type { FootageRecorder } from "../support/footage.ts";
import { hasProgram } from "../support/media-files.ts";
import { sharedFootageRecorder } from "../support/shared-footage-recorder.ts";
import { type WatchedClip, watchedClip } from "../support/watched-clip.ts";

interface Event {
  readonly id: number;
  readonly start: string;
  readonly end?: string;
  readonly detail: { readonly case?: string };
}

/** Ten seconds after something went on a camera is at rest again. Each begins just after a key frame of all three. */
const SPANS: readonly TamperSpan[] = [
  { kind: "cover", from: 20.3, to: 26.3 },
  { kind: "spray", from: 44.3, to: 50.3 },
  { kind: "dark", from: 68.3, to: 74.3 },
];
const CASES = { cover: "covered", spray: "blurred", dark: "dark" } as const;
const KEY_SECONDS = [1, 2, 4] as const;
const SECONDS = 84;
const TOLD_MS = 3_000;
const OVER_MS = 5_000;
/** Three cameras that are asked for all the time cost more than looking at them. */
const ASKED = { deadlineMs: 30_000, periodMs: 200 } as const;
/** By how much a picture's time may be before the moment at which it went out. */
const EARLY_MS = 500;
const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";

describe("video tampering in a whole recorder", { skip, timeout: 300_000 }, () => {
  const dir = tempDir("nightjar-tamper-");
  const clips: WatchedClip[] = [];
  const added: string[] = [];
  const clipOf = (keySeconds: number): string => dir.join(`every-${keySeconds}.mp4`);
  let recorder: FootageRecorder;
  before(async () => {
    const files = KEY_SECONDS.map((keySeconds) => ({ file: clipOf(keySeconds), keySeconds }));
    tamperClips(files, SECONDS, SPANS);
    recorder = await sharedFootageRecorder();
  });
  after(async () => {
    for (const id of added) await recorder.removeCamera(id);
    for (const clip of clips) await clip[Symbol.asyncDispose]();
    dir.remove();
  });

  /** Follows one camera through the clip. */
  async function follow(keySeconds: number) {
    const clip = await watchedClip(clipOf(keySeconds));
    clips.push(clip);
    const name = `every ${keySeconds} s`;
    const id = await recorder.addCamera(name, { url: clip.url, transport: "tcp" });
    added.push(id);
    await recorder.api("PATCH", `/cameras/${id}/detection`, {
      enabled: true,
      detectors: { "nightjar-vca-motion/motion": { enabled: false } },
    });
    const events = async () =>
      (await recorder.api<{ events: Event[] }>("GET", `/events?types=tamper&cameras=${id}`)).events;
    const pace = async () =>
      (await recorder.api<{ state: { pace?: string } }>("GET", `/cameras/${id}/detection`)).state.pace;
    const seen: string[] = [];
    for (const { kind, from, to } of SPANS) {
      const what = `${kind}, a key frame ${name}`;
      const last = async (isOver: boolean) =>
        (await events()).find(
          ({ end, detail }) => detail.case === CASES[kind] && (end !== undefined) === isOver,
        );
      await waitFor(() => clip.sentMs(from - 1), {
        deadlineMs: 60_000,
        periodMs: 50,
        what: `${what} to be near`,
      });
      const rest = await pace();
      const begun = await waitFor(() => last(false), { ...ASKED, what });
      const toldMs = Date.now() - (clip.sentMs(from) ?? Number.NaN);
      const datedMs = Date.parse(begun.start) - (clip.sentMs(from) ?? Number.NaN);
      const over = await waitFor(() => last(true), { ...ASKED, what: `${what}, over` });
      const overMs = Date.now() - (clip.sentMs(to) ?? Number.NaN);
      seen.push(`${what}: ${rest}, told ${toldMs}, dated ${datedMs}, over ${overMs}`);
      assert.equal(over.id, begun.id, what);
      // Key frames that come more rarely than a detector at rest looks leave it no rest.
      assert.equal(rest, keySeconds <= 2 ? "idle" : "all", what);
      assert.ok(datedMs >= -EARLY_MS && toldMs <= TOLD_MS * testPatience(), seen.join("\n"));
      assert.ok(overMs > -EARLY_MS && overMs <= OVER_MS * testPatience(), seen.join("\n"));
    }
    assert.equal((await events()).length, SPANS.length, name);
    return seen;
  }

  it("is told of within 3 s and over within 5 s after it has gone, however often key frames come", async (t) => {
    const seen = await Promise.all(KEY_SECONDS.map(follow));
    for (const line of seen.flat()) t.diagnostic(line);
  });
});
