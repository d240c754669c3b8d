// What the timeline draws for what was recorded, lost and never recorded, as the rectangles that reach its canvas.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { REASONS } from "../src/parts/reasons.ts";
import type { Lane } from "../src/timeline/coverage-store.ts";
import { type Palette, paint } from "../src/timeline/paint.ts";

const COLOURS = [
  "text",
  "faint",
  "line",
  "gap",
  "surface",
  "accent",
  "accentInk",
  "bad",
  "smart",
  "chipInk",
] as const;
const PALETTE = {
  ...Object.fromEntries(COLOURS.map((name) => [name, name])),
  reasons: Object.fromEntries(Object.keys(REASONS).map((reason) => [reason, reason])),
} as unknown as Palette;

/** The rectangles of a lane of 100 s on 1000 pixels, by what they are filled with. */
function drawn(
  test: TestContext,
  lane: Partial<Lane>,
  nowMs = 100_000,
): [fill: unknown, left: number, right: number][] {
  const rectangles: [unknown, number, number][] = [];
  const pen = {
    fillStyle: "" as unknown,
    fillRect(x: number, y: number, width: number) {
      // Above lies the ruler.
      if (y > 24) rectangles.push([this.fillStyle, x, x + width]);
    },
    ...Object.fromEntries(
      ["clearRect", "fillText", "beginPath", "moveTo", "lineTo", "stroke"].map((name) => [
        name,
        () => undefined,
      ]),
    ),
    createPattern: (tile: Hatch) => ({ hatch: tile.pen.strokeStyle }),
  };
  class Hatch {
    readonly pen = { ...pen, strokeStyle: "" };
    getContext = () => this.pen;
  }
  const browser = globalThis as { OffscreenCanvas?: unknown };
  browser.OffscreenCanvas = Hatch;
  test.after(() => delete browser.OffscreenCanvas);
  paint(pen as unknown as CanvasRenderingContext2D, PALETTE, {
    view: { startMs: 0, spanMs: 100_000 },
    ...{ width: 1_000, zone: "UTC", language: "en", moments: [], nowMs },
    ...{ playheadMs: undefined, pointerMs: undefined, marked: undefined },
    lanes: [{ camera: "yard", spans: [], growing: false, holes: [], locked: [], ...lane }],
  });
  return rectangles;
}

/** What is written on the ruler of an hour on 1000 pixels, letters being 6 wide, and where. */
function written(playheadMs: number | undefined): [text: string, x: number][] {
  const texts: [string, number][] = [];
  const pen = {
    fillText: (text: string, x: number) => texts.push([text, x]),
    measureText: (text: string) => ({ width: 6 * text.length }),
    ...Object.fromEntries(
      ["clearRect", "fillRect", "beginPath", "roundRect", "fill", "save", "restore"].map((name) => [
        name,
        () => undefined,
      ]),
    ),
  };
  paint(pen as unknown as CanvasRenderingContext2D, PALETTE, {
    view: { startMs: 0, spanMs: 3_600_000 },
    ...{ width: 1_000, zone: "UTC", language: "en", moments: [], lanes: [], nowMs: 3_600_000 },
    ...{ playheadMs, pointerMs: undefined, marked: undefined },
  });
  return texts;
}

describe("the timeline's ruler", () => {
  it("leaves out what the time of the playhead would half cover", () => {
    const clocks = (playheadMs: number | undefined): string[] =>
      written(playheadMs)
        .map(([text]) => text)
        .slice(1);
    const all = ["00:10", "00:20", "00:30", "00:40", "00:50", "01:00"];
    assert.deepEqual(clocks(undefined), all);
    const beside = clocks(32 * 60_000);
    assert.deepEqual(beside, [...all.filter((text) => text !== "00:30"), "00:32:00"]);
    assert.deepEqual(clocks(35 * 60_000), [...all, "00:35:00"]);
  });

  it("writes the time of the playhead inside, also where that stands at the edge", () => {
    assert.deepEqual(written(3_600_000).at(-1), ["01:00:00", 1_000 - 30]);
  });
});

describe("the timeline's lane", () => {
  const spans = [
    { startMs: 10_000, endMs: 40_000, reasons: ["continuous"] },
    { startMs: 60_000, endMs: 70_000, reasons: ["continuous", "motion"] },
  ] as const;
  const GAP = { hatch: "gap" };

  it("is hatched where nothing was recorded, up to now, and coloured and textured by the reason elsewhere", (test) => {
    assert.deepEqual(drawn(test, { spans }, 90_000), [
      [GAP, 0, 100],
      [GAP, 400, 600],
      [GAP, 700, 900],
      ["continuous", 100, 400],
      // Where the letter stands, the colour is plain.
      ["continuous", 117, 131],
      ["motion", 600, 700],
      [{ hatch: "chipInk" }, 600, 700],
      ["motion", 617, 631],
    ]);
  });

  it("has a line in the colour of trouble where packets were lost, seen however short the hole is", (test) => {
    const holes = [
      { startMs: 12_000, endMs: 13_000, packets: 40 },
      { startMs: 65_000, endMs: 65_001, packets: 1 },
    ];
    const lost = drawn(test, { spans, holes }).filter(([fill]) => fill === "bad");
    assert.deepEqual(lost, [
      ["bad", 120, 130],
      ["bad", 650, 652],
    ]);
    assert.ok(!drawn(test, { spans }).some(([fill]) => fill === "bad"));
  });
});
