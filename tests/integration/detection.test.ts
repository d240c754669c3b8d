// Detection in a whole recorder: a camera's pictures are looked at in a process of its own, which is there only while a camera
// wants it; what moves becomes events; the death of that process costs no recording.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { boxClip } from "../support/detection-clips.ts";
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

describe("detection in a whole recorder", { timeout: 600_000 }, () => {
  it("makes events of what moves, once a round, dated by the pictures, and none of the noise of a still scene", async (t) => {
    using dir = tempDir("nightjar-detection-");
    const clip = dir.join("box.mp4");
    boxClip(clip, SECONDS, FROM, TO);
    const rig = await RecorderRig.start({ cameras: 1, clip });
    t.after(() => rig.dispose());
    const token = await activate(rig.url, rig.activationCode);
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
    // Who looks for the first time while the box crosses takes it for the background at first: that event is a part of one.
    const LEARNING_MS = 3_000;
    let begun = Number.POSITIVE_INFINITY;
    const events = async () =>
      (await ask<{ events: Event[] }>("events?types=motion")).events.filter(
        ({ start }) => Date.parse(start) > begun + LEARNING_MS,
      );

    assert.equal(await analysis(), undefined, "no process looks at pictures while nobody wants it");
    const before = await ask<Detection>("cameras/cam-1/detection");
    assert.deepEqual([before.enabled, before.state.status], [false, "off"]);
    assert.ok(before.detectors.some(({ detector }) => detector === "nightjar-vca-motion/motion"));

    await ask("cameras/cam-1/detection", "PATCH", { enabled: true });
    let seen: Detection | undefined;
    await waitFor(
      async () => {
        seen = await ask<Detection>("cameras/cam-1/detection");
        return seen.state.status === "looking" || undefined;
      },
      { deadlineMs: 60_000, what: () => `the camera to be looked at; it is ${JSON.stringify(seen)}` },
    );
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

    // The process that looks is killed: recording does not notice, and the next one goes on looking.
    const pid = (await analysis())?.pid ?? 0;
    process.kill(pid, "SIGKILL");
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

    await ask("cameras/cam-1/detection", "PATCH", { enabled: false });
    await waitFor(async () => ((await analysis()) === undefined ? true : undefined), {
      deadlineMs: 30_000,
      what: "the process to end",
    });
    const { processes } = (await rig.status()) ?? { processes: [] };
    assert.ok(processes.every(({ status }) => status === "ready"));
  });
});
