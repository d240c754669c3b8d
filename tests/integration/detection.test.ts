// Detection in a whole recorder: a camera's pictures are looked at in a process of its own, which is there only while a camera
// wants it, from the one connection that records it; what moves becomes events, and so does a picture that stands or is gone;
// the death of that process costs no recording.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { boxClip } from "../support/detection-clips.ts";
import { processTree } from "../support/process-tree.ts";
import { gapsOf, recordedFiles } from "../support/recorder-evidence.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

interface Event {
  readonly id: number;
  readonly type: string;
  readonly source: string;
  readonly camera?: string;
  readonly start: string;
  readonly end?: string;
  readonly objects: readonly { readonly class: string; readonly box?: { readonly x: number } }[];
}
interface Detection {
  readonly enabled: boolean;
  readonly state: {
    readonly status: string;
    readonly problem?: string;
    readonly framesPerSecond: number;
    readonly decodeShare?: number;
  };
  readonly detectors: readonly {
    readonly detector: string;
    readonly enabled: boolean;
    readonly sensitivity: number;
    readonly looked: number;
    readonly cpuShare?: number;
  }[];
}

const SECONDS = 16;
const FROM = 7;
const TO = 10;

const FRAME_MS = 100;
const LOSS_SECONDS = 3;

/** Programs that decode, among all that a process has started. */
function decodersOf(pid: number): number {
  const names = processTree(pid).map((each) => readFileSync(`/proc/${each}/comm`, "utf8").trim());
  return names.filter((name) => name === "ffmpeg").length;
}

describe("detection in a whole recorder", { timeout: 600_000 }, () => {
  let rig: RecorderRig;
  let token: string;
  const dir = tempDir("nightjar-detection-");
  before(async () => {
    const clip = dir.join("box.mp4");
    boxClip(clip, SECONDS, FROM, TO);
    rig = await RecorderRig.start({ cameras: 1, clip });
    token = await activate(rig.url, rig.activationCode);
  });
  after(async () => {
    await rig.dispose();
    dir.remove();
  });

  const ask = async <T>(path: string, method = "GET", body?: object): Promise<T> => {
    const response = await fetch(new URL(`/api/v1/${path}`, rig.url), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  const analysis = async () =>
    (await rig.status())?.processes.find((each) => (each.name as string) === "analysis");
  const eventsOf = async (types: string) => (await ask<{ events: Event[] }>(`events?types=${types}`)).events;
  /** When the process that looks was killed, and when the camera was stopped first. */
  let killedMs = 0;
  let stoppedMs = 0;

  /** Switches it on, and waits until there is a picture. */
  const lookedAt = async () => {
    const loss = { options: { afterSeconds: LOSS_SECONDS } };
    const wish = { enabled: true, detectors: { "nightjar-vca-scene/loss": loss } };
    await ask("cameras/cam-1/detection", "PATCH", wish);
    let seen: Detection | undefined;
    await waitFor(
      async () => {
        seen = await ask<Detection>("cameras/cam-1/detection");
        return seen.state.status === "looking" || undefined;
      },
      { deadlineMs: 60_000, what: () => `the camera to be looked at; it is ${JSON.stringify(seen)}` },
    );
  };

  it("makes events of what moves, once a round, dated by the pictures, and none of the noise of a still scene", async () => {
    // Who looks for the first time while the box crosses takes it for the background at first: that event is a part of one.
    const LEARNING_MS = 3_000;
    let begun = Number.POSITIVE_INFINITY;
    const events = async () =>
      (await eventsOf("motion")).filter(({ start }) => Date.parse(start) > begun + LEARNING_MS);

    assert.equal(await analysis(), undefined, "no process looks at pictures while nobody wants it");
    const before = await ask<Detection>("cameras/cam-1/detection");
    assert.deepEqual([before.enabled, before.state.status], [false, "off"]);
    assert.ok(before.detectors.some(({ detector }) => detector === "nightjar-vca-motion/motion"));

    await lookedAt();
    begun = Date.now();
    const first = await waitFor(async () => (await events()).find(({ end }) => end !== undefined), {
      deadlineMs: 90_000,
      periodMs: 500,
      what: "an event of motion that is over",
    });
    assert.deepEqual([first.camera, first.source], ["cam-1", "vca-motion"]);
    const lasted = Date.parse(first.end ?? "") - Date.parse(first.start);
    assert.ok(lasted > 1_500 && lasted < (TO - FROM) * 1_000 + 1_500, `it lasted ${lasted} ms`);
    assert.ok(first.objects.some((object) => object.class === "motion" && object.box !== undefined));

    assert.equal((await rig.sender.counters()).playing, 1, "the camera has one connection");
    const looking = before.detectors.filter(({ enabled }) => enabled).length;
    assert.ok(looking >= 3, `${looking} detectors look`);
    assert.equal(decodersOf((await analysis())?.pid ?? 0), 1, "they share one decoder");
    assert.deepEqual(await eventsOf("video-loss"), [], "none was lost while it only connected");

    // The process that looks is killed: the next one goes on looking.
    const pid = (await analysis())?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    killedMs = Date.now();
    const rounds = await waitFor(
      async () => {
        const all = (await events()).filter(({ end }) => end !== undefined);
        return all.length >= 3 ? all : undefined;
      },
      { deadlineMs: 120_000, periodMs: 500, what: "three events of motion" },
    );
    const starts = rounds.map(({ start }) => Date.parse(start)).sort((one, other) => one - other);
    for (const [index, start] of starts.entries()) {
      const sinceFirst = (start - (starts[0] ?? 0)) / 1_000;
      const nearest = Math.round(sinceFirst / SECONDS) * SECONDS;
      assert.ok(
        Math.abs(sinceFirst - nearest) < 1.5,
        `event ${index} begins ${sinceFirst} s after the first: ${JSON.stringify(rounds.map(({ start, end }) => [start, end]))}`,
      );
    }
    assert.ok(
      starts.length <= (Date.now() - begun) / 1_000 / SECONDS + 1,
      `${starts.length} events in ${Date.now() - begun} ms`,
    );
    const figures = await waitFor(
      async () => {
        const now = await ask<Detection>("cameras/cam-1/detection");
        return now.state.decodeShare === undefined ? undefined : now;
      },
      { deadlineMs: 60_000, what: "what it costs" },
    );
    assert.ok((figures.state.decodeShare ?? 0) > 0, "decoding costs something");
    assert.equal((await rig.sender.counters()).playing, 1, "one connection, also after that");
  });

  /** Waits for a loss of about a moment that goes on, or is over. */
  const lossOf = (aboutMs: number, isOver: boolean, deadlineMs: number) =>
    waitFor(
      async () => {
        const lost = (await eventsOf("video-loss")).find(
          ({ start }) => Math.abs(Date.parse(start) - aboutMs) < 2_000,
        );
        if (lost === undefined || (lost.end === undefined) === isOver) return undefined;
        return { endMs: Date.parse(lost.end ?? "") };
      },
      { deadlineMs, periodMs: 200, what: isOver ? "the loss to be over" : "a loss" },
    );
  /** By then it has to be told; a machine that is given more patience has so many times longer. */
  const TOLD_MS = (LOSS_SECONDS + 3) * 1_000;

  it("tells of a picture that stands, and of a camera that is gone, at its setting, and that each is over", async () => {
    await lookedAt();
    // Frozen: the connection stands, and nothing comes.
    const [pid = 0] = rig.sender.pids;
    process.kill(pid, "SIGSTOP");
    stoppedMs = Date.now();
    await lossOf(stoppedMs, false, TOLD_MS);
    const toldAfterMs = Date.now() - stoppedMs;
    process.kill(pid, "SIGCONT");
    const curedMs = Date.now();
    assert.ok(toldAfterMs >= (LOSS_SECONDS - 1) * 1_000, `told after ${toldAfterMs} ms already`);
    const well = await lossOf(stoppedMs, true, 60_000);
    assert.ok(well.endMs - curedMs <= 5_000, `over ${well.endMs - curedMs} ms after the picture moved again`);

    // Dead: the camera itself is gone, and the link with it.
    await rig.sender.kill();
    const goneMs = Date.now();
    await lossOf(goneMs, false, TOLD_MS);
    const linkOf = async () => (await eventsOf("exception-camera-link"))[0];
    await waitFor(linkOf, { deadlineMs: 60_000, periodMs: 200, what: "the lost link" });
    await rig.sender.revive();
    const back = await waitFor(async () => (await linkOf())?.end, {
      deadlineMs: 60_000,
      periodMs: 200,
      what: "the link to be back",
    });
    const over = await lossOf(goneMs, true, 60_000);
    const overAfterMs = over.endMs - Date.parse(back);
    assert.ok(overAfterMs <= 5_000, `over ${overAfterMs} ms after the link was back`);
    assert.equal((await eventsOf("video-loss")).length, 2);
  });

  it("ends the process that looks when no camera wants it, and recording has noticed nothing of its death", async () => {
    await ask("cameras/cam-1/detection", "PATCH", { enabled: false });
    await waitFor(async () => ((await analysis()) === undefined ? true : undefined), {
      deadlineMs: 30_000,
      what: "the process to end",
    });
    const { processes } = (await rig.status()) ?? { processes: [] };
    assert.ok(processes.every(({ status }) => status === "ready"));
    await rig.stopRecorder();
    const files = recordedFiles(rig.volumePaths);
    assert.ok(files.some(({ startMs, endMs }) => startMs < killedMs && endMs > killedMs - 10_000));
    const gaps = gapsOf(files, FRAME_MS, FRAME_MS / 2).filter(({ fromMs }) => fromMs < stoppedMs - 2_000);
    assert.deepEqual(gaps, []);
  });
});
