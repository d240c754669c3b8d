// Fuzz targets of what cuts streams of bytes into messages before anything looks inside: MQTT packets of strangers, frames of
// the links between processes (an isolated plugin writes them), FLV of ffmpeg; and the ranges that browsers ask for.
// However the bytes come in pieces, the same must be found in them.

import { NightjarError } from "../../core/errors.ts";
import { rangeAnswer } from "../../core/gateway/doors/http-range.ts";
import { FRAME_KIND, FrameSplitter, textFrame } from "../../core/link/framing.ts";
import { FlvReader } from "../../core/media/live/flv-reader.ts";
import { PacketGate } from "../../core/mqtt/packet-gate.ts";
import type { FuzzTarget } from "./fuzz-targets.ts";

const PACKET_LIMIT_BYTES = 256 * 1024;
const FRAME_LIMIT_BYTES = 1024 * 1024;
const SIZE_BYTES = 4096;
const TAG = '"a1"';

const mqttPackets = [
  // CONNECT, SUBSCRIBE, PUBLISH of quality 1, PINGREQ.
  [0x10, 16, 0, 4, ...Buffer.from("MQTT"), 4, 2, 0, 60, 0, 4, ...Buffer.from("door")],
  [0x82, 8, 0, 1, 0, 3, ...Buffer.from("a/#"), 1, 0x32, 7, 0, 1, ...Buffer.from("a"), 0, 2, 1, 2, 0xc0, 0],
  [0x30, 0x80, 2, ...Array(256).fill(0x61)],
].map((bytes) => Buffer.from(bytes));

const linkFrames = [
  Buffer.concat([
    textFrame(FRAME_KIND.json, '{"type":"hello","version":1}'),
    textFrame(FRAME_KIND.binary, "pic"),
  ]),
];

/** A header, a configuration, a key frame and a picture after it. */
function flvFile(): Buffer {
  const tag = (kind: number, ms: number, content: readonly number[]): number[] => [
    kind,
    ...[0, content.length >> 8, content.length & 0xff],
    ...[0, ms >> 8, ms & 0xff, 0],
    ...[0, 0, 0],
    ...content,
    ...[0, 0, 0, content.length + 11],
  ];
  return Buffer.from([
    ...[0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0],
    ...tag(18, 0, [2, 0, 1, 0x61]),
    ...tag(9, 0, [0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, 0xff]),
    ...tag(9, 40, [0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0x80]),
    ...tag(9, 80, [0x27, 1, 0, 0, 40, 0, 0, 0, 2, 0x41, 0x80]),
  ]);
}

/** What `read` finds in the bytes at once must be what it finds in two pieces of them. */
function sameInPieces(bytes: Buffer, read: (pieces: readonly Buffer[]) => string): void {
  const at = bytes.length === 0 ? 0 : (bytes[bytes.length >> 1] ?? 0) % bytes.length;
  const whole = read([Buffer.from(bytes)]);
  const cut = read([Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))]);
  if (whole !== cut) throw new NightjarError("NJ_TEST", "internal", `${whole} in one piece, ${cut} in two`);
}

/** The code of a promised error; throws every other one. */
function promised(error: unknown, code: string): string {
  if (error instanceof NightjarError && error.code === code) return code;
  throw error;
}

function packetsIn(pieces: readonly Buffer[]): string {
  const gate = new PacketGate(PACKET_LIMIT_BYTES);
  let packets = 0;
  for (const piece of pieces) {
    const found = gate.take(piece);
    // Packets before a fault are not counted: the connection is closed with it.
    if (typeof found === "string") return found;
    packets += found;
  }
  return String(packets);
}

function framesIn(pieces: readonly Buffer[]): string {
  const found: string[] = [];
  const splitter = new FrameSplitter((kind, payload) => {
    found.push(`${kind}:${payload.toString("latin1")}`);
  }, FRAME_LIMIT_BYTES);
  try {
    for (const piece of pieces) splitter.push(piece);
  } catch (error) {
    found.push(promised(error, "NJ_LINK_PROTOCOL"));
  }
  return found.join();
}

function picturesIn(pieces: readonly Buffer[]): string {
  const found: string[] = [];
  const reader = new FlvReader({
    config: (record) => found.push(`config ${record.length}`),
    picture: ({ data, keyFrame, presentationMs }) => {
      if (!Number.isSafeInteger(presentationMs))
        throw new NightjarError("NJ_TEST", "internal", "a picture has no time");
      found.push(`${keyFrame} ${presentationMs} ${data.length}`);
    },
  });
  try {
    for (const piece of pieces) reader.push(piece);
  } catch (error) {
    found.push(promised(error, "NJ_FLV_INVALID"));
  }
  return found.join();
}

export const byteStreamFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "mqtt-packets",
    inputs: 20_000,
    corpus: () => [...mqttPackets, Buffer.concat(mqttPackets)],
    run: (bytes) => sameInPieces(bytes, packetsIn),
  },
  {
    name: "link-frames",
    inputs: 20_000,
    corpus: () => linkFrames,
    run: (bytes) => sameInPieces(bytes, framesIn),
  },
  {
    name: "flv",
    inputs: 20_000,
    corpus: () => [flvFile()],
    run: (bytes) => sameInPieces(bytes, picturesIn),
  },
  {
    name: "byte-ranges",
    inputs: 20_000,
    corpus: () =>
      ["bytes=0-99", "bytes=-500", "bytes=4000-", "bytes=0-1,5-9"].map((text) => Buffer.from(text)),
    run(bytes) {
      const range = bytes.toString("latin1");
      const answer = rangeAnswer({ range, "if-none-match": range.slice(6) }, SIZE_BYTES, TAG);
      if (answer.kind !== "part") return;
      if (!(answer.start >= 0 && answer.start <= answer.end && answer.end < SIZE_BYTES))
        throw new NightjarError("NJ_TEST", "internal", `${range}: ${answer.start} to ${answer.end}`);
    },
  },
];

/** For the test that the corpora are read to their end. */
export function foundUnmutated(): readonly string[] {
  return [packetsIn(mqttPackets), framesIn(linkFrames), picturesIn([flvFile()])];
}
