import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lengthPrefixed, splitAnnexB } from "../../core/media/codec/annex-b.ts";
import { searchFfmpeg } from "../../core/media/ffmpeg/find-ffmpeg.ts";
import { keyFrameJpeg } from "../../core/media/ffmpeg/key-frame-jpeg.ts";
import { runFfmpeg } from "../../core/media/ffmpeg/run-ffmpeg.ts";

const { found } = await searchFfmpeg();
const BOUNDS = { timeoutMs: 20_000, maxOutputBytes: 4_000_000 };
const SOURCE = [
  "-f",
  "lavfi",
  "-i",
  "color=c=red:size=320x240:rate=1:duration=1",
  "-frames:v",
  "1",
  "-pix_fmt",
  "yuv420p",
];

function record(
  sets: readonly Uint8Array[],
  header: readonly number[],
  arrays: (nal: Uint8Array) => number[],
): Uint8Array {
  return Uint8Array.from([
    ...header,
    ...sets.flatMap((nal) => [...arrays(nal), nal.length >> 8, nal.length & 255, ...nal]),
  ]);
}

describe("pictures of key frames by the real ffmpeg", {
  skip: found === undefined ? "no ffmpeg" : false,
}, () => {
  const ffmpeg = found?.path ?? "";

  it("shows the colour that an H.264 camera sent", async () => {
    const stream = await runFfmpeg(ffmpeg, [...SOURCE, "-c:v", "libx264", "-f", "h264", "pipe:1"], BOUNDS);
    const nals = splitAnnexB(stream.output);
    const [sps, pps] = [7, 8].map((type) => nals.find((nal) => ((nal[0] ?? 0) & 31) === type));
    assert.ok(sps !== undefined && pps !== undefined);
    const decoderConfig = Uint8Array.from([
      ...[1, ...sps.subarray(1, 4), 0xff, 0xe1, sps.length >> 8, sps.length & 255, ...sps],
      ...[1, pps.length >> 8, pps.length & 255, ...pps],
    ]);
    const data = lengthPrefixed(nals.filter((nal) => ((nal[0] ?? 0) & 31) === 5));
    const jpeg = await keyFrameJpeg(
      { codec: "avc1.640014", decoderConfig, data },
      { ffmpeg, sandbox: found?.sandbox, width: 160 },
    );
    await assertRed(ffmpeg, jpeg, 160, 120);
  });

  it("shows the colour that an H.265 camera sent", async (t) => {
    const encoders = await runFfmpeg(ffmpeg, ["-hide_banner", "-encoders"], BOUNDS);
    if (!encoders.output.includes("libx265")) {
      t.skip("this ffmpeg has no libx265");
      return;
    }
    const options = ["-c:v", "libx265", "-x265-params", "log-level=none", "-f", "hevc", "pipe:1"];
    const stream = await runFfmpeg(ffmpeg, [...SOURCE, ...options], BOUNDS);
    const nals = splitAnnexB(stream.output);
    const type = (nal: Uint8Array) => ((nal[0] ?? 0) >> 1) & 63;
    const sets = nals.filter((nal) => [32, 33, 34].includes(type(nal)));
    const header = [1, ...new Array(20).fill(0), 3, sets.length];
    const decoderConfig = record(sets, header, (nal) => [0x80 | type(nal), 0, 1]);
    const data = lengthPrefixed(nals.filter((nal) => type(nal) < 32));
    const jpeg = await keyFrameJpeg({ codec: "hvc1.1.6.L60.90", decoderConfig, data }, { ffmpeg });
    await assertRed(ffmpeg, jpeg, 320, 240);
  });

  it("makes nothing of noise, quickly", async () => {
    const decoderConfig = Uint8Array.of(1, 0x42, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 1);
    const data = Buffer.alloc(100_000, 7);
    await assert.rejects(
      keyFrameJpeg({ codec: "avc1.42001e", decoderConfig, data }, { ffmpeg }),
      /cannot be decoded/,
    );
  });
});

async function assertRed(ffmpeg: string, jpeg: Buffer, width: number, height: number): Promise<void> {
  const args = [
    "-loglevel",
    "error",
    "-f",
    "mjpeg",
    "-i",
    "pipe:0",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "pipe:1",
  ];
  const { output } = await runFfmpeg(ffmpeg, args, { ...BOUNDS, input: jpeg });
  assert.equal(output.length, width * height * 3);
  const [red = 0, green = 0, blue = 0] = output.subarray(
    (width * height * 3) / 2 - (((width * height * 3) / 2) % 3),
  );
  assert.ok(red > 240 && green < 15 && blue < 15, `${red} ${green} ${blue}`);
}
