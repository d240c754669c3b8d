// The RTSP client against VLC, which sends over UDP only: what arrives is the rest of the file, byte for byte, but for the
// last pictures, which VLC itself never sends.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { forEachNal } from "../../core/media/codec/annex-b.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { fetchFrom } from "../core/media/rtsp/source-harness.ts";
import { hasProgram, isPicture, makeMedia, pictureSlices } from "../support/media-files.ts";
import { hasVlc, vlcServer } from "../support/vlc-server.ts";

const SECONDS = 12;
/** Of the end of the file, which VLC reads into its buffers and then does not send. */
const UNSENT_SECONDS = 4;
const skip = !hasVlc()
  ? "VLC is not installed (vlc-bin, vlc-plugin-base)"
  : !hasProgram("ffmpeg")
    ? "ffmpeg is not installed"
    : false;

describe("against VLC over UDP", { skip, timeout: 90_000 }, () => {
  const dir = tempDir();
  after(() => dir.remove());

  it(`gets every picture that VLC sends from the moment of joining on: all but the last ${UNSENT_SECONDS} s of the file at most`, async () => {
    const file = dir.join("source.ts");
    await makeMedia(file, { video: "h264", seconds: SECONDS });
    const source = await pictureSlices(file, "h264");
    await using server = await vlcServer(dir.path, file);
    // VLC begins to play at once; whoever joins gets the rest.
    await using fetching = fetchFrom(server.url, { audio: false });
    const { sink } = fetching;
    await waitFor(() => sink.video.length > 0, { deadlineMs: 15_000, what: "a picture" });
    await waitFor(() => sink.ends.length > 0, { deadlineMs: 40_000, what: "the end" });
    assert.equal(sink.runs[0]?.transport, "udp");
    assert.deepEqual(sink.losses, []);
    const slices: Buffer[] = [];
    for (const frame of sink.video.filter((kept) => kept.run === 1)) {
      forEachNal(frame.bytes, (start, end) => {
        const nal = frame.bytes.subarray(start, end);
        if (isPicture(nal, "h264")) slices.push(nal);
      });
    }
    const first = source.findIndex((nal) => nal.equals(slices[0] ?? Buffer.alloc(0)));
    assert.ok(first >= 0, "the first picture is none of the source's");
    assert.ok(slices.length >= 25 * 5, `${slices.length} slices`);
    const wanted = source.slice(first, first + slices.length);
    assert.ok(Buffer.concat(slices).equals(Buffer.concat(wanted)), "a picture is missing or differs");
    const missing = source.length - first - slices.length;
    assert.ok(missing <= 25 * UNSENT_SECONDS, `the last ${missing} pictures of ${source.length} are missing`);
  });
});
