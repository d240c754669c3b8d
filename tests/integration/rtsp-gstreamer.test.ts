// The RTSP client against GStreamer's rtsp-server, over TCP, UDP and TLS: every picture of the source arrives, byte for byte.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { generate } from "selfsigned";
import { forEachNal } from "../../core/media/codec/annex-b.ts";
import type { RtspSourceOptions } from "../../core/media/source.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { KeptFrame } from "../core/media/recording-sink.ts";
import { fetchFrom } from "../core/media/rtsp/source-harness.ts";
import { type GstreamerOptions, gstreamerServer, hasGstreamer } from "../support/gstreamer-server.ts";
import {
  countPackets,
  hasProgram,
  isPicture,
  makeMedia,
  pictureSlices,
  type TestMedia,
} from "../support/media-files.ts";

const SECONDS = 3;
const skip = !hasGstreamer()
  ? "GStreamer's RTSP server is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-*)"
  : !hasProgram("ffmpeg")
    ? "ffmpeg is not installed"
    : false;

describe("against GStreamer's RTSP server", { skip, timeout: 240_000 }, () => {
  const dir = tempDir();
  const files = new Map<string, string>();
  after(() => dir.remove());

  async function fileOf(media: TestMedia): Promise<string> {
    const name = `${media.video}-${media.bFrames ?? 0}-${media.audio ?? "none"}-${media.seconds}.mkv`;
    let path = files.get(name);
    if (path === undefined) {
      path = dir.join(name);
      files.set(name, path);
      await makeMedia(path, media);
    }
    return path;
  }

  function slices(frames: readonly KeptFrame[], codec: "h264" | "h265"): Buffer[] {
    const found: Buffer[] = [];
    for (const frame of frames) {
      forEachNal(frame.bytes, (start, end) => {
        const nal = frame.bytes.subarray(start, end);
        if (isPicture(nal, codec)) found.push(nal);
      });
    }
    return found;
  }

  /** Serves and fetches a file, and holds what came against what ffprobe and ffmpeg find in it. */
  async function wholeFile(
    media: Omit<TestMedia, "seconds">,
    served: Partial<GstreamerOptions>,
    fetched: Partial<RtspSourceOptions>,
  ) {
    const file = await fileOf({ ...media, seconds: SECONDS });
    const wanted = await countPackets(file, "v");
    assert.equal(wanted, SECONDS * 25);
    await using server = await gstreamerServer(dir.path, { file, video: media.video, ...served });
    await using fetching = fetchFrom(server.url, fetched);
    await waitFor(() => fetching.sink.video.length >= wanted, {
      deadlineMs: 20_000,
      what: `${wanted} pictures`,
    });
    const { sink } = fetching;
    assert.equal(sink.video.length, wanted);
    assert.ok(sink.video.every((frame) => !frame.damaged));
    assert.deepEqual(sink.losses, []);
    const source = await pictureSlices(file, media.video);
    assert.ok(
      Buffer.concat(slices(sink.video, media.video)).equals(Buffer.concat(source)),
      "picture bytes differ",
    );
    const times = sink.video.map((frame) => frame.time).sort((a, b) => a - b);
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Matroska counts in milliseconds.
    assert.ok(
      steps.every((step) => Math.abs(step - 3_600) <= 90),
      `steps of ${Math.min(...steps)} to ${Math.max(...steps)}`,
    );
    return { sink, file };
  }

  for (const transport of ["tcp", "udp"] as const) {
    for (const [name, media] of [
      ["H.264", { video: "h264" }],
      ["H.264 with B pictures", { video: "h264", bFrames: 2 }],
      ["H.265", { video: "h265" }],
      ["H.265 with B pictures", { video: "h265", bFrames: 3 }],
    ] as const) {
      it(`gets every picture of ${name} over ${transport}`, async () => {
        const { sink } = await wholeFile(media, {}, { transport });
        assert.equal(sink.runs[0]?.transport, transport);
        const format = sink.formats.at(-1)?.video ?? sink.runs[0]?.format.video;
        assert.deepEqual([format?.codec, format?.width, format?.height], [media.video, 320, 180]);
        if ("bFrames" in media) assert.ok((format?.reorderDepth ?? 0) > 0);
      });
    }
  }

  for (const transport of ["udp", "tcp"] as const) {
    it(`is told how its packets arrive, over ${transport}`, async () => {
      const file = await fileOf({ video: "h264", seconds: 8 });
      await using server = await gstreamerServer(dir.path, { file, video: "h264", reports: true });
      await using _ = fetchFrom(server.url, { transport });
      await waitFor(() => server.reports.length > 0, { deadlineMs: 15_000, what: "a receiver report" });
      const [report] = server.reports;
      assert.equal(report?.packetslost, 0);
      assert.equal(report.fractionlost, 0);
      assert.ok(report.exthighestseq > 0);
      // Packets of a picture come together, and pictures about when they are due: far less than a tenth of a second's unrest.
      assert.ok(report.jitter < 9_000, `${report.jitter} ticks of jitter`);
      assert.ok(report["round-trip"] > 0 && report["round-trip"] < 65_536, `${report["round-trip"]}/65536 s`);
    });
  }

  for (const [audio, codec] of [
    ["aac", "aac"],
    ["opus", "opus"],
    ["pcmu", "pcmu"],
    ["pcma", "pcma"],
  ] as const) {
    it(`gets the sound as well: ${audio}`, async () => {
      const { sink, file } = await wholeFile({ video: "h264", audio }, { audio }, { transport: "tcp" });
      assert.equal(sink.runs[0]?.format.audio?.codec, codec);
      const rate = sink.runs[0]?.format.audio?.sampleRate ?? 1;
      const seconds = sink.audio.reduce((sum, frame) => sum + frame.duration, 0) / rate;
      assert.ok(seconds > SECONDS - 0.4 && seconds < SECONDS + 0.3, `${seconds} s of sound`);
      if (audio === "aac") assert.ok(Math.abs(sink.audio.length - (await countPackets(file, "a"))) <= 4);
      const starts = sink.audio.map((frame) => frame.time);
      assert.ok(starts.every((time, index) => index === 0 || time > (starts[index - 1] ?? 0)));
      assert.ok(Math.abs((starts[0] ?? 0) / rate) < 0.5, "sound and picture begin together");
    });
  }

  it("takes LATM apart and decodes G.726", async () => {
    const latm = await wholeFile({ video: "h264", audio: "aac" }, { audio: "latm" }, { transport: "tcp" });
    assert.equal(latm.sink.runs[0]?.format.audio?.codec, "aac");
    assert.ok(latm.sink.audio.length > 100);
    const g726 = await wholeFile({ video: "h264", audio: "pcmu" }, { audio: "g726" }, { transport: "tcp" });
    assert.match(g726.sink.runs[0]?.format.audio?.note ?? "", /G\.726/);
    assert.ok(g726.sink.audio.length > 10);
  });

  it("keeps the picture of a stream whose sound it does not know, and says so", async () => {
    const { sink } = await wholeFile({ video: "h264", audio: "mp3" }, { audio: "mp3" }, { transport: "tcp" });
    assert.equal(sink.runs[0]?.format.audio, undefined);
    await waitFor(() => sink.states.some((state) => state.fault?.code === "codec-unsupported"));
  });

  for (const auth of ["digest", "basic"] as const) {
    it(`logs in by ${auth}`, async () => {
      const login = { username: "admin", password: 'a pass:word"' };
      await wholeFile({ video: "h264" }, { auth, ...login }, { transport: "tcp", ...login });
    });
  }

  it("goes to UDP when the server refuses TCP", async () => {
    const { sink } = await wholeFile({ video: "h264" }, { protocols: ["udp"] }, { transport: "auto" });
    assert.equal(sink.runs[0]?.transport, "udp");
  });

  describe("over TLS", () => {
    const tls = { certificate: dir.join("certificate.pem"), key: dir.join("key.pem") };
    before(async () => {
      const made = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
      writeFileSync(tls.certificate, made.cert);
      writeFileSync(tls.key, made.private);
    });

    it("gets every picture, and trusts the camera's own certificate only where it may", async () => {
      const { sink } = await wholeFile({ video: "h264" }, { tls }, { transport: "auto" });
      assert.deepEqual([sink.runs[0]?.tls, sink.runs[0]?.transport], [true, "tcp"]);
      const file = await fileOf({ video: "h264", seconds: SECONDS });
      await using server = await gstreamerServer(dir.path, { file, video: "h264", tls });
      await using strict = fetchFrom(server.url, { verifyCertificate: true });
      await waitFor(() => strict.sink.state?.fault?.code === "tls-failed");
    });
  });
});
