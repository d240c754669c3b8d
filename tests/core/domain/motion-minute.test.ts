// A minute of motion: what goes in comes out, and bytes that are no minute do no harm.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MotionMinute, readMinute, SECONDS, setOf, sharedCells } from "../../../core/domain/motion-minute.ts";

const GRID = { columns: 22, rows: 18 };
const CELLS = GRID.columns * GRID.rows;

/** Turns that are the same in each run. */
function turns(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function seconds(bytes: Uint8Array): Map<number, string> {
  const read = readMinute(bytes);
  const found = new Map<number, string>();
  read?.each((second, set) => {
    const cells = Array.from({ length: read.columns * read.rows }, (_, cell) =>
      ((set[cell >> 3] as number) & (1 << (cell & 7))) === 0 ? "0" : "1",
    );
    found.set(second, cells.join(""));
  });
  return found;
}

describe("a minute of motion", () => {
  it("gives back each second's cells, few or many, in any grid", () => {
    const next = turns(11);
    for (const grid of [GRID, { columns: 1, rows: 1 }, { columns: 64, rows: 64 }, { columns: 7, rows: 3 }]) {
      const minute = new MotionMinute(grid);
      assert.ok(minute.isEmpty);
      const told = new Map<number, string>();
      for (const [second, share] of [
        [0, 0.01],
        [1, 0.5],
        [17, 1],
        [58, 0.1],
        [59, 0.02],
      ] as const) {
        const cells = Array.from({ length: grid.columns * grid.rows }, () =>
          next() < share ? "1" : "0",
        ).join("");
        minute.add(second, cells);
        if (cells.includes("1")) told.set(second, cells);
      }
      assert.deepEqual(seconds(minute.bytes()), told);
    }
  });

  it("takes a few bytes for a thing that moves, and never more than its cells", () => {
    const one = new MotionMinute(GRID);
    const busy = new MotionMinute(GRID);
    for (let second = 0; second < SECONDS; second += 1) {
      // Four by five cells that walk through the picture.
      const cells = new Array(CELLS).fill("0");
      for (let row = 6; row < 11; row += 1)
        for (let column = 0; column < 4; column += 1)
          cells[row * GRID.columns + ((second + column) % GRID.columns)] = "1";
      one.add(second, cells.join(""));
      busy.add(second, "10".repeat(CELLS / 2));
    }
    assert.ok(one.bytes().length < 61 + SECONDS * 13, `${one.bytes().length}`);
    assert.equal(busy.bytes().length, 61 + SECONDS * 51);
    assert.equal(new MotionMinute(GRID).bytes().length, 61);
  });

  it("is put together from two halves, as after a restart", () => {
    const [first, second] = [new MotionMinute(GRID), new MotionMinute(GRID)];
    first.add(3, "1".padEnd(CELLS, "0"));
    second.add(3, "01".padEnd(CELLS, "0"));
    second.add(40, "1".padEnd(CELLS, "0"));
    assert.ok(second.addBytes(first.bytes()));
    assert.deepEqual(
      [...seconds(second.bytes())],
      [
        [3, "11".padEnd(CELLS, "0")],
        [40, "1".padEnd(CELLS, "0")],
      ],
    );
    assert.equal(second.addBytes(new MotionMinute({ columns: 2, rows: 2 }).bytes()), false);
    second.clear();
    assert.ok(second.isEmpty);
    assert.equal(seconds(second.bytes()).size, 0);
  });

  it("is asked for an area of another grid", () => {
    const left = setOf({ columns: 2, rows: 1, cells: "10" }, GRID);
    assert.equal(sharedCells(left, left), CELLS / 2);
    const right = setOf({ columns: 2, rows: 1, cells: "01" }, GRID);
    assert.equal(sharedCells(left, right), 0);
  });

  it("cut short, changed or invented ends early and leaves its grid never", () => {
    const minute = new MotionMinute(GRID);
    for (let second = 0; second < SECONDS; second += 7) minute.add(second, "0110".padEnd(CELLS, "0"));
    const bytes = minute.bytes();
    for (let length = 0; length < bytes.length; length += 1)
      assert.ok(seconds(bytes.slice(0, length)).size <= 9, `${length}`);
    const next = turns(3);
    for (let round = 0; round < 500; round += 1) {
      const other = bytes.slice();
      for (let change = 0; change < 4; change += 1)
        other[Math.floor(next() * other.length)] = Math.floor(next() * 256);
      for (const cells of seconds(other).values()) assert.ok(cells.length <= 4_096);
    }
    assert.equal(readMinute(new Uint8Array()), undefined);
    assert.equal(readMinute(Uint8Array.of(2, 22, 18)), undefined);
  });
});
