import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readMutatedSegment, segmentSeeds } from "./segment-fuzz-target.ts";

const ROUNDS = 100_000;

/** Numbers that repeat with the seed (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const LENGTHS = [0, 1, 7, 8, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Flips, overwrites with telling numbers, cuts, doubles or drops stretches; the identity, which a checksum guards, is spared. */
function mutate(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(seed);
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    const at = 220 + random(bytes.length - 220);
    switch (random(5)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << random(8));
        break;
      case 1:
        if (at + 4 <= bytes.length) bytes.writeUInt32BE(LENGTHS[random(LENGTHS.length)] as number, at);
        break;
      case 2:
        bytes = bytes.subarray(0, Math.max(221, at));
        break;
      case 3: {
        const length = random(64);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at - length, at), bytes.subarray(at)]);
        break;
      }
      default: {
        const length = random(64);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
        if (bytes.length < 221) return bytes;
      }
    }
  }
  return bytes;
}

describe("MP4 reader", () => {
  it(`answers ${ROUNDS} mutated files without throwing, hanging or pointing outside of them`, () => {
    const seeds = segmentSeeds();
    const random = randomNumbers(20_260_101);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = mutate(seeds[round % seeds.length] as Uint8Array, random);
      try {
        readMutatedSegment(bytes);
      } catch (error) {
        assert.fail(`round ${round}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  });
});
