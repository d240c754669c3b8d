// A stranger's detector, in a process of its own: it gets pictures at the size and rate that it asks for, what it sees becomes
// events, with the way that something took which it knows again, and one that hangs is ended without costing the others anything.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { boxClip } from "../support/detection-clips.ts";
import { RecorderRig } from "../support/recorder-rig.ts";
import { writeStrangerDetector } from "../support/stranger-detector.ts";

const HEAD = `import { Type } from "@nightjar/core";
const common = { displayName: "Stranger", eventTypes: ["scene-change"], frames: { width: 32, height: 18, perSecond: 2 }, configSchema: Type.Object({}) };`;
/** Tells once what its first picture was like. */
const TEACHER = `${HEAD}
export function detector() {
  let isTold = false;
  return { ...common, id: "teller", async begin() {}, async end() {},
    async look({ frame }, { luma }) {
      if (frame === undefined || isTold) return [];
      isTold = true;
      const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
      return [{ kind: "start", type: "scene-change", timeMs: frame.timeMs, detail: { bytes: luma.length, mean, ...frame } }];
    } };
}`;
const HANGS = `${HEAD}
export function detector() {
  return { ...common, id: "hanger", async begin() {}, async end() {}, look: () => new Promise(() => undefined) };
}`;
/** Follows what is brighter than anything else in the clip. */
const FOLLOWER = `${HEAD}
export function detector() {
  const [width, height] = [64, 36];
  let walks = 0;
  let isOpen = false;
  return { ...common, id: "follower", eventTypes: ["person"], frames: { width, height, perSecond: 5 },
    async begin() {}, async end() {},
    async look({ frame }, { luma }) {
      if (frame === undefined) return [];
      const seen = [...luma.keys()].filter((at) => luma[at] > 190);
      const { timeMs } = frame;
      const was = isOpen;
      isOpen = seen.length > 20;
      if (!isOpen) return was ? [{ kind: "end", type: "person", timeMs }] : [];
      if (!was) walks += 1;
      const columns = seen.map((at) => at % width);
      const rows = seen.map((at) => Math.floor(at / width));
      const [left, top] = [Math.min(...columns), Math.min(...rows)];
      const box = { x: left / width, y: top / height, width: (Math.max(...columns) + 1 - left) / width, height: (Math.max(...rows) + 1 - top) / height };
      const objects = [{ class: "person", score: Math.min(1, seen.length / 150), track: "walk-" + walks, box }];
      return [{ kind: was ? "update" : "start", type: "person", timeMs, objects }];
    } };
}`;

describe("strangers' detectors", { timeout: 600_000 }, () => {
  it("get pictures, are heard, and cost nobody else anything when they hang", async (t) => {
    using dir = tempDir("nightjar-stranger-");
    const clip = dir.join("box.mp4");
    boxClip(clip, 16, 7, 10);
    const plugins = dir.join("plugins");
    writeStrangerDetector(plugins, "teller", TEACHER);
    writeStrangerDetector(plugins, "hanger", HANGS);
    writeStrangerDetector(plugins, "follower", FOLLOWER);
    const rig = await RecorderRig.start({ cameras: 1, clip, pluginPath: plugins });
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
    interface Shown {
      readonly detectors: readonly {
        readonly detector: string;
        readonly enabled: boolean;
        readonly looked: number;
        readonly problem?: string;
      }[];
    }
    const [teller, hanger, follower] = ["teller", "hanger", "follower"].map(
      (id) => `nightjar-vca-${id}/${id}`,
    ) as [string, string, string];
    const shown = async (name: string) =>
      (await ask<Shown>("cameras/cam-1/detection")).detectors.find(({ detector }) => detector === name);
    await waitFor(async () => ((await shown(hanger)) !== undefined && (await shown(teller))) || undefined, {
      deadlineMs: 30_000,
      what: "both to be registered",
    });
    assert.equal((await shown(teller))?.enabled, false, "strangers do not look unasked");
    await ask("cameras/cam-1/detection", "PATCH", {
      enabled: true,
      detectors: Object.fromEntries([teller, hanger, follower].map((name) => [name, { enabled: true }])),
    });
    interface Told {
      readonly source: string;
      readonly detail: Readonly<Record<string, number>>;
    }
    const [told] = await waitFor(
      async () => {
        const { events } = await ask<{ events: Told[] }>("events?types=scene-change");
        return events.length > 0 ? events : undefined;
      },
      { deadlineMs: 60_000, what: "what the stranger saw" },
    );
    assert.equal(told?.source, "vca-teller");
    assert.deepEqual([told?.detail["bytes"], told?.detail["width"], told?.detail["height"]], [576, 32, 18]);
    assert.ok(
      (told?.detail["mean"] ?? 0) > 30 && (told?.detail["mean"] ?? 0) < 200,
      `${told?.detail["mean"]}`,
    );
    await waitFor(async () => (await shown(hanger))?.problem, {
      deadlineMs: 60_000,
      what: "a word of its hanging",
    });
    // It is ended and begins anew, and the others go on.
    await waitFor(
      async () => {
        const { events } = await ask<{ events: { end?: string }[] }>("events?types=motion");
        return events.find(({ end }) => end !== undefined);
      },
      { deadlineMs: 90_000, periodMs: 500, what: "an event of motion meanwhile" },
    );
    // What crosses the picture in three seconds is one object with its way, as it was when it was seen.
    interface Walk {
      readonly start: string;
      readonly end?: string;
      readonly objects: readonly {
        readonly at?: string;
        readonly track?: string;
        readonly box?: { readonly x: number };
        readonly path?: readonly (readonly [number, number, number])[];
      }[];
    }
    const walk = await waitFor(
      async () => {
        const { events } = await ask<{ events: Walk[] }>("events?types=person");
        // From one edge to the other: not one of which the end alone was seen.
        return events.find(
          ({ end, objects }) => end !== undefined && (objects[0]?.path?.[0]?.[1] ?? 1) < 0.25,
        );
      },
      { deadlineMs: 90_000, periodMs: 500, what: "a walk that is over" },
    );
    assert.equal(walk.objects.length, 1);
    const [{ track, at, box, path = [] } = {}] = walk.objects;
    assert.match(track ?? "", /^walk-\d+$/);
    assert.ok(path.length >= 5 && path.length <= 64, JSON.stringify(path));
    assert.ok((path.at(-1)?.[1] ?? 0) > 0.75, JSON.stringify(path));
    const [first, last] = [path[0] ?? [0, 0, 0], path.at(-1) ?? [0, 0, 0]];
    const perSecond = (last[1] - first[1]) / ((last[0] - first[0]) / 1_000);
    assert.ok(perSecond > 0.25 && perSecond < 0.55, `it crosses ${perSecond} of the picture a second`);
    assert.ok(last[0] <= Date.parse(walk.end ?? "") - Date.parse(walk.start));
    const then = Date.parse(at ?? "") - Date.parse(walk.start);
    const place = path.find(([afterMs]) => afterMs === then);
    assert.ok(
      place !== undefined && (box?.x ?? 1) < place[1],
      `the box of ${then} ms lies on ${JSON.stringify(path)}`,
    );
    const before = (await shown(teller))?.looked ?? 0;
    await waitFor(async () => (((await shown(teller))?.looked ?? 0) > before ? true : undefined), {
      deadlineMs: 60_000,
      what: "the other stranger to go on",
    });
    assert.equal((await shown(hanger))?.looked, 0);
  });
});
