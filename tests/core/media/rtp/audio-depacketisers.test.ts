import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dahuaSdp, g726Sdp, hikvisionSdp, latmSdp, sdpWithSound } from "../sample-sessions.ts";
import { assemble, plansOf } from "./assembly.ts";

/** AU headers of 13-bit sizes and 3-bit indices, with their length in bits in front. */
function auHeaders(...sizes: number[]): Buffer {
  const out = Buffer.alloc(2 + 2 * sizes.length);
  out.writeUInt16BE(16 * sizes.length, 0);
  for (const [index, size] of sizes.entries()) out.writeUInt16BE(size << 3, 2 + 2 * index);
  return out;
}

describe("AAC as mpeg4-generic", () => {
  const plans = plansOf(hikvisionSdp);

  it("gives one frame for each of several access units in a packet, 1 024 samples apart", () => {
    const test = assemble(plans);
    test.send("audio", 5000, true, auHeaders(3, 2, 4), [1, 1, 1, 2, 2, 3, 3, 3, 3]);
    assert.deepEqual(
      test.sink.audio.map((frame) => [frame.time, frame.duration, [...frame.bytes]]),
      [
        [0, 1024, [1, 1, 1]],
        [1024, 1024, [2, 2]],
        [2048, 1024, [3, 3, 3, 3]],
      ],
    );
    assert.equal(test.sink.runs[0]?.format.audio?.sampleRate, 16_000);
  });

  it("joins an access unit that comes in pieces", () => {
    const test = assemble(plans);
    test.send("audio", 0, false, auHeaders(10), Buffer.alloc(6, 1));
    test.send("audio", 0, true, auHeaders(10), Buffer.alloc(4, 2));
    assert.deepEqual([...(test.sink.audio[0]?.bytes ?? [])], [1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it("drops a piece whose other half is lost, and no more", () => {
    const test = assemble(plans);
    test.send("audio", 0, false, auHeaders(10), Buffer.alloc(6, 1));
    test.lose("audio");
    test.send("audio", 1024, true, auHeaders(2), [7, 7]);
    assert.deepEqual(
      test.sink.audio.map((frame) => [...frame.bytes]),
      [[7, 7]],
    );
    assert.deepEqual(test.sink.losses, [{ track: "audio", packets: 1 }]);
  });

  it("stops at a size that lies", () => {
    const test = assemble(plans);
    test.send("audio", 0, true, auHeaders(2, 500), [7, 7, 8]);
    assert.deepEqual(
      test.sink.audio.map((frame) => [...frame.bytes]),
      [[7, 7]],
    );
  });

  it("reads the low bit rate mode's 6-bit sizes", () => {
    const sdp = sdpWithSound([
      "m=audio 0 RTP/AVP 97",
      "a=rtpmap:97 mpeg4-generic/8000/1",
      "a=fmtp:97 mode=AAC-lbr;config=1588;sizeLength=6;indexLength=2;indexDeltaLength=2",
    ]);
    const test = assemble(plansOf(sdp));
    test.send("audio", 0, true, [0, 8, 3 << 2], [4, 5, 6]);
    assert.deepEqual([...(test.sink.audio[0]?.bytes ?? [])], [4, 5, 6]);
  });
});

describe("AAC as MP4A-LATM", () => {
  it("gives the raw access units of an element that spans two packets", () => {
    const test = assemble(plansOf(latmSdp));
    const unit = Buffer.alloc(300, 5);
    const element = Buffer.concat([Buffer.of(255, 45), unit]);
    test.send("audio", 0, false, element.subarray(0, 200));
    test.send("audio", 0, true, element.subarray(200));
    assert.deepEqual(test.sink.audio[0]?.bytes, unit);
    assert.equal(test.sink.audio[0]?.duration, 1024);
    assert.equal(test.sink.runs[0]?.format.audio?.codecString, "mp4a.40.2");
  });

  it("finds the configuration in the stream and the unit behind it, across byte borders", () => {
    const sdp = sdpWithSound(["m=audio 0 RTP/AVP 98", "a=rtpmap:98 MP4A-LATM/48000"]);
    const test = assemble(plansOf(sdp));
    // useSameStreamMux 0, then StreamMuxConfig 400023103fc0 (44 bits), length 3, bytes 9 8 7.
    const config = BigInt("0x400023103fc0").toString(2).padStart(48, "0").slice(0, 44);
    const bits = `0${config}${[3, 9, 8, 7].map((byte) => byte.toString(2).padStart(8, "0")).join("")}`;
    const bytes = bits.match(/.{1,8}/g)?.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)) ?? [];
    test.send("audio", 0, true, bytes);
    assert.deepEqual([...(test.sink.audio[0]?.bytes ?? [])], [9, 8, 7]);
    assert.equal(test.sink.formats[0]?.audio?.sampleRate, 48_000);
  });
});

describe("other sounds", () => {
  it("of G.711 count every byte as a sample", () => {
    const test = assemble(plansOf(dahuaSdp));
    test.send("audio", 0, true, Buffer.alloc(160, 0xd5));
    test.send("audio", 160, false, Buffer.alloc(160, 0xd5));
    assert.deepEqual(
      test.sink.audio.map((frame) => [frame.time, frame.duration]),
      [
        [0, 160],
        [160, 160],
      ],
    );
    assert.equal(test.sink.runs[0]?.format.audio?.codec, "pcma");
  });

  it("of Opus take their duration from the packet", () => {
    const sdp = sdpWithSound([
      "m=audio 0 RTP/AVP 111",
      "a=rtpmap:111 OPUS/48000/2",
      "a=fmtp:111 sprop-stereo=1",
    ]);
    const test = assemble(plansOf(sdp));
    test.send("audio", 0, true, [31 << 3, 1, 2]);
    assert.equal(test.sink.audio[0]?.duration, 960);
    assert.equal(test.sink.runs[0]?.format.audio?.channels, 2);
  });

  it("of G.726 become µ-law, and the format says so", () => {
    const test = assemble(plansOf(g726Sdp));
    test.send("audio", 0, true, Buffer.alloc(80, 0x0f));
    assert.deepEqual([test.sink.audio[0]?.duration, test.sink.audio[0]?.bytes.length], [160, 160]);
    const format = test.sink.runs[0]?.format.audio;
    assert.deepEqual([format?.codec, format?.note], ["pcmu", "decoded from G.726 at 32 kbit/s"]);
  });

  it("that find no memory cost the sound alone", () => {
    const test = assemble(plansOf(dahuaSdp), 256 * 1024);
    const hog = test.pool.take();
    test.send("audio", 0, true, Buffer.alloc(160));
    assert.deepEqual(test.troubles, ["memory-exhausted"]);
    hog.release();
    test.send("audio", 160, true, Buffer.alloc(160));
    assert.equal(test.sink.audio.length, 1);
  });
});

describe("the ONVIF metadata track", () => {
  const plans = plansOf(hikvisionSdp);

  it("gives documents that are joined over packets until the marker", () => {
    const test = assemble(plans);
    test.send("metadata", 0, false, Buffer.from("<tt:Metadata"));
    test.send("metadata", 0, true, Buffer.from("Stream/>"));
    test.send("metadata", 90, true, Buffer.from("<b/>"));
    assert.deepEqual(test.sink.documents, ["<tt:MetadataStream/>", "<b/>"]);
  });

  it("drops a document that lacks a packet and one of more than 256 KiB", () => {
    const test = assemble(plans);
    test.send("metadata", 0, false, Buffer.from("<a"));
    test.lose("metadata");
    test.send("metadata", 0, true, Buffer.from("/>"));
    for (let index = 0; index < 6; index += 1)
      test.send("metadata", 9, index === 5, Buffer.alloc(50_000, 0x20));
    test.send("metadata", 90, true, Buffer.from("<b/>"));
    assert.deepEqual(test.sink.documents, ["<b/>"]);
  });
});
