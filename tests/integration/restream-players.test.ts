// Restream against the programs that people use: ffmpeg, GStreamer and VLC, over TCP, UDP and TLS, H.264 with AAC and H.265
// with Opus, of a whole recorder whose camera sends a clip in a loop. What can be compared is compared with the clip.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import type { CoreMethodsForCli } from "../../core/control/cli-protocol.ts";
import { connectLink, LINK_VERSION } from "../../core/link/link.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { gstreamerSees, hasGstreamerClient } from "../support/gstreamer-client.ts";
import { countPackets, hasProgram, makeMedia, pictureSlices } from "../support/media-files.ts";
import { DEMO_CLIP, RecorderRig } from "../support/recorder-rig.ts";
import { noRtspVlc, rtspVlcVersion, vlcPlays } from "../support/vlc-player.ts";

const run = promisify(execFile);
const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";
const noGstreamer = hasGstreamerClient() ? false : "GStreamer's RTSP client is not installed";
const noVlc = noRtspVlc();
const PICTURES = 60;

for (const video of ["h264", "h265"] as const) {
  describe(`restream of ${video} to other programs`, { skip, timeout: 600_000 }, () => {
    const dir = tempDir();
    let rig: RecorderRig;
    let password: string;
    let source: readonly Buffer[];
    let root: string;

    before(async () => {
      let clip = DEMO_CLIP;
      if (video === "h265") {
        clip = dir.join("h265.mp4");
        await makeMedia(clip, { video, audio: "opus", seconds: 8 });
      }
      source = await pictureSlices(clip, video);
      rig = await RecorderRig.start({ cameras: 1, clip, rtsps: true });
      const core = await connectLink<CoreMethodsForCli>(join(rig.dataDir, "run/cli.sock"), {
        hello: { role: "cli", version: LINK_VERSION, instance: randomUUID() },
        handlers: {},
      });
      await core.request("createUser", { name: "vera", password: "heron lantern quarry", role: "viewer" });
      password = (await core.request("createStreamPassword", { name: "vera", label: "players" })).password;
      root = dir.join("root.crt");
      writeFileSync(root, await (await fetch(`${rig.url}/ca.crt`)).text());
      await rig.untilRecording(60_000);
      // Another one whose sub-stream alone sends the clip: nothing listens at its main one.
      const config = { url: "rtsp://127.0.0.1:9/main", subUrl: rig.sender.url(0), transport: "tcp" };
      const record = { mode: "off", audio: true };
      await core.request("addCamera", { camera: { id: "two", name: "Two", driver: "rtsp", config, record } });
      core.close();
    });
    after(async () => {
      await rig?.dispose();
      dir.remove();
    });

    const place = (door: "rtsp" | "rtsps", host = "127.0.0.1") =>
      `${door === "rtsp" ? rig.rtspUrl : rig.rtspsUrl}/cam-1`.replace("localhost", host);
    const withLogin = (url: string) => url.replace("://", `://vera:${password}@`);

    /** Fails unless these are pictures of the clip, one after the other; which it begins with is chance. */
    function areTheCameras(got: readonly Buffer[]): void {
      const first = source.findIndex((slice) => slice.equals(got[0] ?? Buffer.alloc(0)));
      assert.ok(first >= 0, "the first picture is none of the camera's");
      for (const [index, slice] of got.entries()) {
        const wanted = source[(first + index) % source.length];
        assert.ok(wanted !== undefined && slice.equals(wanted), `picture ${index} is another one`);
      }
    }

    /** Four seconds by ffmpeg, compared with the clip. */
    async function ffmpegSees(name: string, input: readonly string[]): Promise<void> {
      const file = dir.join(`${name}.mkv`);
      const args = ["-v", "error", "-y", ...input, "-t", "4", "-c", "copy", file];
      await run("ffmpeg", args, { timeout: 120_000 });
      const got = await pictureSlices(file, video);
      assert.ok(got.length >= 45, `${got.length} pictures in four seconds`);
      areTheCameras(got);
      const sounds = await countPackets(file, "a");
      assert.ok(sounds >= 45, `${sounds} sounds in four seconds`);
    }

    for (const transport of ["tcp", "udp"] as const) {
      it(`gives ffmpeg every picture and the sound over ${transport.toUpperCase()}`, async () => {
        await ffmpegSees(transport, ["-rtsp_transport", transport, "-i", withLogin(place("rtsp"))]);
      });
    }

    it("gives ffmpeg the sub-stream by its own address", { skip: video === "h265" }, async () => {
      const address = withLogin(place("rtsp")).replace("/cam-1", "/two/sub");
      await ffmpegSees("sub", ["-rtsp_transport", "tcp", "-i", address]);
    });

    // It looks at no certificate: its RTSP has no options of TLS.
    it("gives them to ffmpeg over TLS", async () => {
      await ffmpegSees("tls", ["-i", withLogin(place("rtsps"))]);
    });

    for (const transport of ["tcp", "udp", "tls"] as const) {
      const title = `gives GStreamer every picture and the sound over ${transport.toUpperCase()}`;
      it(title, { skip: noGstreamer }, async () => {
        const file = dir.join(`gstreamer-${transport}.bin`);
        const seen = await gstreamerSees({
          username: "vera",
          password,
          pictures: PICTURES,
          sounds: PICTURES,
          file,
          ...(transport === "tls"
            ? { url: place("rtsps", "localhost"), root }
            : { url: place("rtsp"), transport }),
        });
        assert.deepEqual(seen.encodings, video === "h264" ? ["H264", "MPEG4-GENERIC"] : ["H265", "OPUS"]);
        const got = await pictureSlices(file, video);
        assert.equal(got.length, PICTURES);
        areTheCameras(got);
      });
    }

    it("is not believed by GStreamer with another root", { skip: noGstreamer }, async () => {
      const other = dir.join("other.crt");
      await run("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
        ...["-keyout", dir.join("other.key"), "-out", other, "-days", "2", "-subj", "/CN=Nightjar"],
      ]);
      const login = { username: "vera", password, pictures: 1, sounds: 0, file: dir.join("none.bin") };
      await assert.rejects(
        gstreamerSees({ ...login, url: place("rtsps", "localhost"), root: other }),
        /Could not open resource|TLS|certificate/i,
      );
    });

    for (const transport of ["tcp", "udp"] as const) {
      it(`plays in VLC over ${transport.toUpperCase()}, with sound`, {
        skip: noVlc,
      }, async (test: TestContext) => {
        // VLC's own user must be able to write there.
        chmodSync(dir.path, 0o777);
        const more = transport === "tcp" ? ["--rtsp-tcp"] : [];
        const seen = await vlcPlays(dir.path, [...more, withLogin(place("rtsp"))]);
        test.diagnostic(
          `${rtspVlcVersion()}: ${seen.pictures} pictures, ${seen.sounds} sounds, ${seen.codecs.join(", ")}`,
        );
        // Eight seconds at 15 or 25 pictures, and at 16 or 50 sounds, less what VLC needs to begin.
        const least = video === "h264" ? 60 : 100;
        assert.ok(seen.pictures >= least, `VLC wrote ${seen.pictures} pictures`);
        assert.ok(seen.sounds >= least, `VLC wrote ${seen.sounds} sounds`);
        assert.deepEqual([...seen.codecs].sort(), video === "h264" ? ["aac", "h264"] : ["hevc", "opus"]);
      });
    }
  });
}
