import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parameterSetsOf, readAvcC, readHvcC } from "../../../../core/media/codec/decoder-config.ts";
import { parseH264Pps, parseH264Sps } from "../../../../core/media/codec/h264-parameter-sets.ts";
import { parseH265Sps } from "../../../../core/media/codec/h265-parameter-sets.ts";
import {
  formatFromDecoderConfig,
  h264Format,
  h265Format,
} from "../../../../core/media/codec/video-format.ts";
import { clipRecord, h264Sets, h265Sets } from "../sample-streams.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("H.264 parameter sets", () => {
  it("give size, reorder depth and frame rate of a High profile stream", () => {
    const format = h264Format([h264Sets().sps], [h264Sets().pps]);
    assert.equal(format?.width, 320);
    assert.equal(format?.height, 180);
    assert.equal(format?.frameRate, 25);
    assert.match(format?.codecString ?? "", /^avc1\.[0-9a-f]{6}$/);
  });

  it("tell the reorder depth of a stream with B pictures from its bitstream restriction", () => {
    const format = formatFromDecoderConfig("h264", clipRecord("h264-bframes-opus"));
    assert.ok((format?.reorderDepth ?? 0) >= 1);
  });

  it("crop 1088 coded lines to 1080", () => {
    // Baseline 4.0, 120 × 68 macroblocks, frame_cropping 0 0 0 4: written bit by bit.
    const sps = spsOf([
      [8, 66],
      [8, 0xc0],
      [8, 40],
      "ue0",
      "ue0",
      "ue0",
      "ue0",
      "ue1",
      [1, 0],
      "ue119",
      "ue67",
      [1, 1],
      [1, 1],
      [1, 1],
      "ue0",
      "ue0",
      "ue0",
      "ue4",
      [1, 0],
      [1, 1],
    ]);
    const parsed = parseH264Sps(sps);
    assert.deepEqual([parsed?.width, parsed?.height, parsed?.reorderDepth], [1920, 1080, 0]);
  });

  it("know that pictures of order count type 2 are never reordered", () => {
    const sps = spsOf([
      [8, 77],
      [8, 0],
      [8, 30],
      "ue0",
      "ue0",
      "ue2",
      "ue1",
      [1, 0],
      "ue39",
      "ue29",
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
      [1, 1],
    ]);
    assert.equal(parseH264Sps(sps)?.reorderDepth, 0);
  });

  it("leave the reorder depth open where nothing tells it", () => {
    const sps = spsOf([
      [8, 77],
      [8, 0],
      [8, 30],
      "ue0",
      "ue0",
      "ue0",
      "ue0",
      "ue1",
      [1, 0],
      "ue39",
      "ue29",
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
      [1, 1],
    ]);
    const parsed = parseH264Sps(sps);
    assert.equal(parsed?.width, 640);
    assert.equal(parsed?.reorderDepth, undefined);
  });

  it("are refused when cut short or of an impossible size", () => {
    const { sps } = h264Sets();
    assert.equal(parseH264Sps(sps.subarray(0, 8)), undefined);
    assert.equal(parseH264Sps(Buffer.alloc(40, 0xff)), undefined);
    assert.equal(parseH264Pps(hex("68")), undefined);
  });

  it("survive the way into an avcC record and back, and ffmpeg's record is rebuilt byte by byte", () => {
    const record = clipRecord("h264-aac");
    const sets = readAvcC(record);
    const format = h264Format(sets?.sps ?? [], sets?.pps ?? []);
    assert.deepEqual(Buffer.from(format?.decoderConfig ?? []), record);
    assert.deepEqual(parameterSetsOf("h264", record), [...(sets?.sps ?? []), ...(sets?.pps ?? [])]);
  });

  it("of a record that is cut give nothing", () => {
    const record = clipRecord("h264-aac");
    for (let length = 0; length < record.length - 8; length += 1) {
      const sets = readAvcC(record.subarray(0, length));
      assert.ok(sets === undefined || sets.pps.length === 0, `length ${length}`);
    }
  });
});

describe("H.265 parameter sets", () => {
  it("give size, reorder depth, frame rate and the codec string", () => {
    const { vps, sps, pps } = h265Sets();
    const format = h265Format([vps], [sps], [pps]);
    assert.equal(format?.width, 320);
    assert.equal(format?.height, 180);
    assert.equal(format?.frameRate, 25);
    assert.match(format?.codecString ?? "", /^hvc1\.1\.6\.L\d+(\.[0-9A-F]{1,2})*$/);
    assert.equal(typeof format?.reorderDepth, "number");
  });

  it("survive the way into an hvcC record and back", () => {
    const { vps, sps, pps } = h265Sets();
    const record = h265Format([vps], [sps], [pps])?.decoderConfig ?? new Uint8Array();
    assert.deepEqual(readHvcC(record), {
      vps: [new Uint8Array(vps)],
      sps: [new Uint8Array(sps)],
      pps: [new Uint8Array(pps)],
    });
    // ffmpeg's own record differs in flags that are hints; what decoders read is the same.
    assert.deepEqual(record.subarray(0, 13), new Uint8Array(clipRecord("h265-aac").subarray(0, 13)));
  });

  it("are refused when cut short", () => {
    assert.equal(parseH265Sps(h265Sets().sps.subarray(0, 18)), undefined);
  });
});

type Field = readonly [bits: number, value: number] | `ue${number}`;

/** Writes an SPS NAL unit out of its fields. */
function spsOf(fields: readonly Field[]): Buffer {
  let bits = "";
  for (const field of fields) {
    if (typeof field === "string") {
      const code = (Number(field.slice(2)) + 1).toString(2);
      bits += "0".repeat(code.length - 1) + code;
    } else {
      bits += field[1].toString(2).padStart(field[0], "0");
    }
  }
  const bytes = [0x67];
  for (let at = 0; at < bits.length; at += 8)
    bytes.push(Number.parseInt(bits.slice(at, at + 8).padEnd(8, "0"), 2));
  return Buffer.from(bytes);
}
