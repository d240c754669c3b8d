// What is motion and what is not: noise, light, size, area, standing still, day and night.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DetectorActivity, DetectorAnswer, DetectorReport, DetectorSettings } from "@nightjar/core";
import { FRAMES, motionDetector } from "../src/detector.ts";
import { regionsOf } from "../src/regions.ts";
import { box, picture, still } from "./pictures.ts";
import { rain, shadow, type Weather } from "./weather.ts";

const { signal } = new AbortController();
const OPTIONS = { smallestPercent: 0.5, largestPercent: 100, profile: "auto" };

type Shown = (size: { width: number; height: number }, atMs: number) => Uint8Array;

/** The same, which makes each moment's picture once; for pictures of one size. */
function kept(at: Shown): Shown {
  const made = new Map<number, Uint8Array>();
  return (size, atMs) => {
    const known = made.get(atMs) ?? at(size, atMs);
    made.set(atMs, known);
    return known;
  };
}

/** Shows pictures to a new detector; gives what it answers with moments since the first picture. */
async function answers(
  seconds: number,
  at: Shown,
  settings: Partial<DetectorSettings> = {},
): Promise<DetectorAnswer[]> {
  const detector = motionDetector();
  const whole = { sensitivity: 50, rules: [], options: OPTIONS, ...settings };
  await detector.begin({ watch: "w", camera: "yard", settings: whole }, { signal });
  const { width, height, perSecond } = FRAMES;
  const told: DetectorAnswer[] = [];
  for (let count = 0; count < seconds * perSecond; count += 1) {
    const timeMs = (1_000 * count) / perSecond;
    const luma = at({ width, height }, timeMs);
    const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
    told.push(...(await detector.look(look, { signal, luma })));
  }
  return told;
}

/** Its reports alone. */
async function shown(...given: Parameters<typeof answers>): Promise<DetectorReport[]> {
  return (await answers(...given)).filter(
    (answer): answer is DetectorReport => answer.kind !== "activity" && answer.kind !== "wake",
  );
}

/** Where it says that something moved, and nothing else. */
async function moved(...given: Parameters<typeof answers>): Promise<DetectorActivity[]> {
  return (await answers(...given)).filter((answer) => answer.kind === "activity");
}

const begins = (reports: readonly DetectorReport[]) => reports.filter(({ kind }) => kind === "start");

describe("motion", { timeout: 300_000 }, () => {
  it("is none in ten minutes of a still scene with noise", async () => {
    // Sixteen noises in turn: what matters is that each pixel is another one each time.
    const noises = Array.from({ length: 16 }, (_, index) => still(FRAMES, 200 * index + 7));
    let count = 0;
    const next = (): Uint8Array => {
      count += 5;
      return noises[count % 16] as Uint8Array;
    };
    assert.deepEqual(await answers(600, next), []);
  });

  it("wakes at the first key frame that shows it, is then dated between that and the one before, and wakes by nothing else", async () => {
    const detector = motionDetector();
    const settings = { sensitivity: 50, rules: [], options: OPTIONS };
    await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
    const { width, height } = FRAMES;
    const at = box({ fromMs: 65_200, light: (atMs) => ({ gain: 1 - atMs / 400_000, offset: 0 }) });
    const shownAt = async (timeMs: number): Promise<readonly DetectorAnswer[]> => {
      const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
      return detector.look(look, { signal, luma: at({ width, height }, timeMs) });
    };
    for (let timeMs = 0; timeMs < 4_000; timeMs += 200) assert.deepEqual(await shownAt(timeMs), []);
    // The light fades by a sixth meanwhile: what is known follows.
    for (let timeMs = 4_000; timeMs < 66_000; timeMs += 2_000) assert.deepEqual(await shownAt(timeMs), []);
    assert.deepEqual(await shownAt(66_000), [{ kind: "wake" }]);
    const [start] = await shownAt(66_200);
    assert.deepEqual([start?.kind, start?.timeMs], ["start", 65_000]);
    for (let timeMs = 66_400; timeMs < 69_000; timeMs += 200)
      assert.notDeepEqual(await shownAt(timeMs), [], "awake while it goes on");
  });

  it("is what crosses the picture, from its coming to its going", async () => {
    const reports = await shown(12, box({ fromMs: 5_000 }));
    assert.equal(begins(reports).length, 1);
    const [first] = begins(reports);
    assert.ok(Math.abs((first?.timeMs ?? 0) - 5_000) <= 800, `begins at ${first?.timeMs}`);
    const end = reports.at(-1);
    assert.equal(end?.kind, "end");
    assert.ok(Math.abs((end?.timeMs ?? 0) - 9_000) <= 1_000, `ends at ${end?.timeMs}`);
    const shape = first?.objects?.[0]?.box;
    assert.ok(shape !== undefined && shape.x < 0.2, "it is where it comes in");
  });

  it("is not a change of the light, sudden or slow", async () => {
    const sudden = (atMs: number) => (atMs < 5_000 ? { gain: 1, offset: 0 } : { gain: 0.7, offset: 4 });
    assert.deepEqual(await shown(12, box({ light: sudden })), []);
    const slow = (atMs: number) => ({ gain: 1 + 0.3 * Math.sin(atMs / 3_000), offset: 0 });
    assert.deepEqual(await shown(30, box({ light: slow })), []);
  });

  // In every weather the same ones, of twenty seconds.
  const [calm, walked] = [kept(still), kept(box({ fromMs: 9_000 }))];
  /** Weather over a scene in which nothing moves, and over one that somebody crosses from 9 to 13 s. */
  const inWeather = (weather: Weather) => ({
    empty: (size: { width: number; height: number }, atMs: number) => weather(calm(size, atMs), size, atMs),
    crossed: (size: { width: number; height: number }, atMs: number) => {
      const dry = calm(size, atMs);
      const wet = weather(dry, size, atMs);
      const walker = walked(size, atMs);
      return wet.map((value, at) => (walker[at] === dry[at] ? value : (walker[at] ?? 0)));
    },
  });
  const wet = { brighter: 45, fromMs: 5_000 };
  for (const [what, weather] of [
    ["rain: each drop is somewhere else in the next picture", rain({ ...wet, drops: 120, lengthPixels: 14 })],
    ["heavy rain", rain({ ...wet, drops: 300, lengthPixels: 24 })],
    [
      "the hard shadow of something that passes outside",
      shadow({ widthPixels: 60, heightPixels: 70, factor: 0.6, pixelsPerSecond: 30, fromMs: 5_000 }),
    ],
    [
      "the hard shadow of a pole that wanders",
      shadow({ widthPixels: 16, heightPixels: 180, factor: 0.6, pixelsPerSecond: 6, fromMs: 5_000 }),
    ],
  ] as const) {
    it(`is not ${what}; who walks in it is`, async () => {
      const { empty, crossed } = inWeather(weather);
      assert.deepEqual(await shown(20, empty), []);
      assert.equal(begins(await shown(20, crossed)).length, 1);
    });
  }

  it("is not the soft shadow of a cloud that moves across", async () => {
    const cloud = (size: { width: number; height: number }, atMs: number) => {
      const luma = still(size, atMs);
      // Half a picture wide with edges as wide, across in 40 s, a fifth darker.
      const middle = ((atMs - 5_000) / 40_000) * 2 * size.width - size.width / 2;
      const factors = Array.from({ length: size.width }, (_, x) => {
        const far = Math.abs(x - middle) / (size.width / 2);
        return 1 - 0.2 * Math.max(0, 1 - far);
      });
      return luma.map((value, at) => Math.round(value * (factors[at % size.width] as number)));
    };
    assert.deepEqual(await shown(50, cloud), []);
  });

  it("is seen while the light changes too", async () => {
    const sudden = (atMs: number) => (atMs < 6_000 ? { gain: 1, offset: 0 } : { gain: 0.8, offset: 0 });
    assert.equal(begins(await shown(12, box({ light: sudden, fromMs: 5_000 }))).length, 1);
  });

  it("is not all of the picture becoming another one", async () => {
    const turned = (size: { width: number; height: number }, atMs: number) =>
      atMs < 5_000 ? still(size, atMs) : still(size, atMs).map((value) => 255 - value);
    assert.deepEqual(await shown(12, turned), []);
  });

  it("is none outside the area that counts", async () => {
    const cells = (isOn: (column: number, row: number) => boolean): string =>
      Array.from({ length: 22 * 18 }, (_, cell) => (isOn(cell % 22, Math.floor(cell / 22)) ? "1" : "0")).join(
        "",
      );
    const crossing = box({ fromMs: 5_000 });
    const edge = { columns: 22, rows: 18, cells: cells((_, row) => row < 4) };
    assert.deepEqual(await shown(12, crossing, { area: edge }), []);
    const middle = { columns: 22, rows: 18, cells: cells((_, row) => row > 5 && row < 12) };
    assert.equal(begins(await shown(12, crossing, { area: middle })).length, 1);
    const coarse = { columns: 2, rows: 1, cells: "01" };
    const [late] = begins(await shown(12, crossing, { area: coarse }));
    assert.ok((late?.timeMs ?? 0) > 6_000, "it begins where the area does");
  });

  it("is told by cell twice a second where it moves, whatever the area says and however small it is", async () => {
    const crossing = box({ fromMs: 5_000 });
    const options = { ...OPTIONS, smallestPercent: 30 };
    const edge = { columns: 2, rows: 1, cells: "00" };
    const told = await moved(12, crossing, { area: edge, options });
    assert.ok(told.length >= 7 && told.length <= 11, `${told.length} words in four seconds`);
    const middles = told.map(({ timeMs, columns, rows, cells }) => {
      assert.ok(timeMs >= 4_800 && timeMs <= 9_500, `${timeMs}`);
      assert.deepEqual([columns, rows, cells.length], [22, 18, 396]);
      const found = [...cells].flatMap((cell, index) => (cell === "1" ? [index % 22] : []));
      assert.ok(found.length > 0);
      return found.reduce((sum, column) => sum + column, 0) / found.length;
    });
    const [first = 22, last = 0] = [middles[0], middles.at(-1)];
    assert.ok(first < 6 && last > 15, `from the left to the right: ${middles.join(" ")}`);
    assert.deepEqual(await moved(12, crossing, { sensitivity: 0 }), []);
  });

  it("is none of what is too small, or too large", async () => {
    const crossing = box({ fromMs: 5_000 });
    assert.deepEqual(await shown(12, crossing, { options: { ...OPTIONS, smallestPercent: 30 } }), []);
    assert.deepEqual(await shown(12, crossing, { options: { ...OPTIONS, largestPercent: 1 } }), []);
    const speck = box({ fromMs: 5_000, boxHeight: 0.03 });
    assert.deepEqual(await shown(12, speck), []);
  });

  it("takes a keener eye to see what differs by little", async () => {
    const faint = (size: { width: number; height: number }, atMs: number) => {
      const scene = still(size, atMs);
      const mark = picture(size, atMs, { fromMs: 5_000, noise: 0 });
      const bare = picture(size, atMs, { noise: 0 });
      // A weave of its own: what is only brighter, with the scene's own detail in it, is light.
      return scene.map((value, at) => (mark[at] === bare[at] ? value : value + ((at >> 2) & 1 ? 20 : -20)));
    };
    assert.deepEqual(await shown(12, faint, { sensitivity: 20 }), []);
    assert.equal(begins(await shown(12, faint, { sensitivity: 90 })).length, 1);
    assert.deepEqual(await shown(12, box({ fromMs: 5_000 }), { sensitivity: 0 }), []);
  });

  it("holds whoever stands still and stirs, for more than 20 s, and lets go of what was put down", async () => {
    const standing = (stirs: boolean) => (size: { width: number; height: number }, atMs: number) => {
      const middleMs = 5_000 + 2_000;
      const sinceMs = atMs - middleMs;
      const stayed = sinceMs < 0 ? atMs : sinceMs < 24_000 ? middleMs : atMs - 24_000;
      const luma = picture(size, stayed, { fromMs: 5_000, noise: 0 });
      // An arm that moves every second.
      const isUp = stirs && sinceMs > 0 && sinceMs < 24_000 && Math.floor(sinceMs / 1_000) % 2 === 1;
      if (isUp) for (let y = 70; y < 85; y += 1) luma.fill(20, y * size.width + 150, y * size.width + 172);
      return luma;
    };
    const held = await shown(45, standing(true));
    assert.equal(begins(held).length, 1, JSON.stringify(held.filter(({ kind }) => kind !== "update")));
    assert.ok((held.at(-1)?.timeMs ?? 0) > 31_000, "until it has gone");
    const dropped = await shown(30, standing(false));
    const end = dropped.find(({ kind }) => kind === "end");
    assert.ok(
      (end?.timeMs ?? Number.POSITIVE_INFINITY) < 12_000,
      `what lies still is let go of: ${end?.timeMs}`,
    );
  });

  it("has its own eye for the night", async () => {
    const dark = box({ fromMs: 5_000, light: () => ({ gain: 0.25, offset: 0 }) });
    const night = { ...OPTIONS, nightSensitivity: 0 };
    assert.equal(begins(await shown(12, dark)).length, 1);
    assert.deepEqual(await shown(12, dark, { options: night }), []);
    assert.equal(begins(await shown(12, box({ fromMs: 5_000 }), { options: night })).length, 1, "by day");
  });
});

describe("motion by region", { timeout: 60_000 }, () => {
  const half = (id: string, name: string | undefined, left: number) =>
    ({
      ...{ id, kind: "region" as const, ...(name === undefined ? {} : { name }) },
      points: [
        [left, 0.05],
        [left + 0.35, 0.05],
        [left + 0.35, 0.95],
        [left, 0.95],
      ],
    }) as const;
  const drive = half("drive", "Drive", 0.02);
  const lawn = half("lawn", undefined, 0.63);
  const crossing = box({ fromMs: 5_000 });

  it("is an event of each region in turn, named by it, and one of what lies between", async () => {
    const reports = await shown(14, crossing, { rules: [drive, lawn] });
    const starts = begins(reports).map(({ rule, detail }) => [rule, detail?.["zone"]]);
    assert.deepEqual(starts, [
      ["drive", "Drive"],
      [undefined, undefined],
      ["lawn", "lawn"],
    ]);
    const ends = reports.filter(({ kind }) => kind === "end").map(({ rule }) => rule);
    assert.deepEqual(ends, ["drive", undefined, "lawn"]);
    const [first, , last] = begins(reports);
    assert.ok((last?.timeMs ?? 0) - (first?.timeMs ?? 0) > 1_500, "each when it comes there");
  });

  it("is none outside of the regions where that is switched off, and no line has any", async () => {
    const options = { ...OPTIONS, outsideRegions: false };
    const reports = await shown(14, crossing, { rules: [drive], options });
    assert.deepEqual([...new Set(reports.map(({ rule }) => rule))], ["drive"]);
    const line = { id: "gate", kind: "line", points: [[0.5, 0] as const, [0.5, 1] as const] } as const;
    const plain = await shown(14, crossing, { rules: [line], options });
    assert.deepEqual([begins(plain).length, begins(plain)[0]?.rule], [1, undefined]);
  });

  it("counts the area too, and takes a region that is smaller than a cell for the cell that it lies in", async () => {
    const { all, bits } = regionsOf([
      {
        id: "dot",
        kind: "region",
        points: [
          [0.5, 0.5],
          [0.501, 0.5],
          [0.5, 0.501],
        ],
      },
      drive,
    ]);
    assert.deepEqual(
      all.map(({ name }) => name),
      ["dot", "Drive"],
    );
    assert.equal(bits?.filter((cell) => (cell & 1) !== 0).length, 1);
    const area = { columns: 2, rows: 1, cells: "01" };
    const reports = await shown(14, crossing, { rules: [drive], area });
    assert.deepEqual([...new Set(reports.map(({ rule }) => rule))], [undefined]);
  });
});
