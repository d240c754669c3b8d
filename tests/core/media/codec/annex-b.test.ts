import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  annexBFromLengthPrefixed,
  lengthPrefixed,
  splitAnnexB,
} from "../../../../core/media/codec/annex-b.ts";
import {
  isH264KeyFrame,
  isH265KeyFrame,
  isH265Rasl,
  readSei,
  withoutEmulationPrevention,
} from "../../../../core/media/codec/nal-units.ts";

const a = Buffer.from([0x65, 1, 2, 3]);
const b = Buffer.from([0x41, 9]);

describe("Annex B", () => {
  it("is made of a length-prefixed access unit, behind its parameter sets", () => {
    const sps = Buffer.from([0x67, 7]);
    const out = annexBFromLengthPrefixed(lengthPrefixed([a, b]), [sps]);
    assert.deepEqual([...out], [0, 0, 0, 1, 0x67, 7, 0, 0, 0, 1, 0x65, 1, 2, 3, 0, 0, 0, 1, 0x41, 9]);
  });

  it("leaves out what follows a length that lies", () => {
    const data = Buffer.concat([lengthPrefixed([a]), Buffer.from([0, 0, 9, 9, 1])]);
    assert.deepEqual(splitAnnexB(annexBFromLengthPrefixed(data)), [a]);
  });

  it("is split at three- and four-byte start codes", () => {
    const stream = Buffer.concat([
      Buffer.from([0, 0, 1]),
      a,
      Buffer.from([0, 0, 0, 1]),
      b,
      Buffer.from([0, 0, 1]),
    ]);
    assert.deepEqual(splitAnnexB(stream), [a, b]);
  });

  it("holds nothing before the first start code", () => {
    assert.deepEqual(splitAnnexB(Buffer.from([1, 2, 3, 4])), []);
  });
});

describe("NAL units", () => {
  it("are key frames by type: IDR in H.264; BLA, IDR and CRA in H.265", () => {
    assert.deepEqual([1, 5, 6, 7].map(isH264KeyFrame), [false, true, false, false]);
    assert.deepEqual([1, 16, 19, 20, 21, 22, 32].map(isH265KeyFrame), [
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    assert.deepEqual([7, 8, 9, 10].map(isH265Rasl), [false, true, true, false]);
  });

  it("lose their emulation prevention bytes, also where they follow one another", () => {
    const escaped = Buffer.from([1, 0, 0, 3, 0, 0, 3, 1, 0, 0, 3]);
    assert.deepEqual([...withoutEmulationPrevention(escaped)], [1, 0, 0, 0, 0, 1, 0, 0]);
  });

  it("of kind SEI tell a recovery point behind other messages", () => {
    const sei = Buffer.from([6, 5, 2, 0xaa, 0xbb, 6, 1, 0x84, 0x80]);
    assert.deepEqual(readSei(sei, 0, sei.length, 1), { recoveryPoint: true, onlyFiller: false });
  });

  it("of kind SEI with filler alone are told apart", () => {
    const sei = Buffer.from([6, 3, 3, 0xff, 0xff, 0xff, 0x80]);
    assert.deepEqual(readSei(sei, 0, sei.length, 1), { recoveryPoint: false, onlyFiller: true });
  });
});
