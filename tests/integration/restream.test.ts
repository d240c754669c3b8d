// Restream of a whole recorder, whose cameras send the demo clip: who is let in and who no longer, and that what is recorded
// meanwhile is untouched. What each player makes of it, picture by picture: restream-players.test.ts.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { CoreMethodsForCli } from "../../core/control/cli-protocol.ts";
import { connectLink, LINK_VERSION, type Link } from "../../core/link/link.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { logIn, watch } from "../core/gateway/restream/digest-client.ts";
import { PlainClient } from "../core/media/rtsp-server/plain-client.ts";
import { hasProgram, pictureSlices } from "../support/media-files.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";
import { freeUdpPort, isUdpPortOpen, vlcSees } from "../support/vlc-player.ts";
import { hasVlc } from "../support/vlc-server.ts";

const run = promisify(execFile);
const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";
const PICTURES = 60;

/** The slices of the first pictures that a player gets, in order. */
async function slicesOf(input: readonly string[], file: string): Promise<Buffer[]> {
  const args = [
    "-v",
    "error",
    "-y",
    ...input,
    "-map",
    "0:v",
    "-frames:v",
    String(PICTURES),
    "-c",
    "copy",
    file,
  ];
  await run("ffmpeg", args, { timeout: 120_000 });
  return pictureSlices(file, "h264");
}

describe("restream to other programs (attack list A16)", { skip, timeout: 300_000 }, () => {
  let rig: RecorderRig;
  let core: Link<CoreMethodsForCli>;
  let password: string;

  before(async () => {
    rig = await RecorderRig.start({ cameras: 2 });
    core = await connectLink<CoreMethodsForCli>(join(rig.dataDir, "run/cli.sock"), {
      hello: { role: "cli", version: LINK_VERSION, instance: randomUUID() },
      handlers: {},
    });
    await core.request("createUser", { name: "vera", password: "heron lantern quarry", role: "viewer" });
    password = (await core.request("createStreamPassword", { name: "vera", label: "players" })).password;
    await rig.untilRecording(60_000);
  });
  after(async () => {
    core.close();
    await rig.dispose();
  });

  const address = (path: string, secret = password) =>
    `${rig.rtspUrl.replace("localhost", "127.0.0.1").replace("rtsp://", `rtsp://vera:${secret}@`)}${path}`;

  it("serves a camera by its name too, and its sound", async () => {
    const { stdout } = await run("ffprobe", [
      "-v",
      "error",
      "-rtsp_transport",
      "tcp",
      "-show_entries",
      "stream=codec_name",
      "-of",
      "csv=p=0",
      address("/camera-2"),
    ]);
    assert.match(stdout, /h264/);
    assert.match(stdout, /aac/);
  });

  /** A folder that VLC's own user may write to. */
  function vlcFolder(): string {
    const folder = join(rig.dataDir, "../vlc");
    mkdirSync(folder, { recursive: true });
    chmodSync(join(rig.dataDir, ".."), 0o755);
    chmodSync(folder, 0o777);
    return folder;
  }

  it("plays in VLC by its session description where VLC was built without RTSP, as Debian's is", {
    skip: hasVlc() ? false : "VLC is not installed",
  }, async () => {
    const { port } = new URL(rig.rtspUrl);
    const client = await PlainClient.connect(Number(port));
    const target = `rtsp://127.0.0.1:${port}/cam-1`;
    const { body } = await logIn(client, "DESCRIBE", target, { username: "vera", password });
    const first = await freeUdpPort();
    const description = body
      .replace("c=IN IP4 0.0.0.0", "c=IN IP4 127.0.0.1")
      .replace("m=video 0 ", `m=video ${first} `)
      .replace("m=audio 0 ", `m=audio ${first + 2} `);
    const file = join(rig.dataDir, "../cam-1.sdp");
    writeFileSync(file, description, { mode: 0o644 });
    const { pictures } = await vlcSees(
      vlcFolder(),
      ["--demux=avformat", "--avformat-format=sdp", file],
      async () => {
        for (const track of [0, 1]) {
          const ports = `${first + track * 2}-${first + track * 2 + 1}`;
          const headers = { Transport: `RTP/AVP;unicast;client_port=${ports}` };
          assert.equal((await client.request("SETUP", `${target}/trackID=${track}`, headers)).status, 200);
        }
        await waitFor(() => isUdpPortOpen(first), { deadlineMs: 30_000, what: "VLC to listen" });
        assert.equal((await client.request("PLAY", target)).status, 200);
      },
    );
    client.close();
    // Eight seconds at 15 pictures, less what VLC needs to begin.
    assert.ok(pictures >= 60, `VLC wrote ${pictures} pictures`);
  });

  it("refuses a wrong password, none at all, and a camera that is not the account's", async () => {
    const probe = (url: string) =>
      run("ffprobe", ["-v", "error", "-rtsp_transport", "tcp", url], { timeout: 30_000 }).then(
        () => "let in",
        (error: { stderr?: string }) => error.stderr ?? "",
      );
    assert.match(await probe(address("/cam-1", "guess")), /401/);
    assert.match(await probe(rig.rtspUrl.replace("localhost", "127.0.0.1").concat("/cam-1")), /401/);
    assert.match(await probe(address("/cam-9")), /404/);
  });

  /** Watches `/cam-1` with a plain client. */
  async function watching(secret: string): Promise<PlainClient> {
    const { port } = new URL(rig.rtspUrl);
    const client = await watch(Number(port), "/cam-1", { username: "vera", password: secret });
    await waitFor(() => client.packets.length > 20, { what: "pictures" });
    return client;
  }

  async function endsWithinASecond(client: PlainClient, act: () => Promise<unknown>): Promise<void> {
    assert.equal(client.isClosed, false);
    await act();
    const begin = performance.now();
    await waitFor(() => client.isClosed, { periodMs: 5, what: "the end" });
    assert.ok(performance.now() - begin < 1_000 * testPatience(), `it took ${performance.now() - begin} ms`);
  }

  /** What a new log-in is answered. */
  async function answerNow(secret: string): Promise<number> {
    const { port } = new URL(rig.rtspUrl);
    const client = await PlainClient.connect(Number(port));
    const target = `rtsp://127.0.0.1:${port}/cam-1`;
    const { status } = await logIn(client, "DESCRIBE", target, { username: "vera", password: secret });
    client.close();
    return status;
  }

  it("ends what is watched within a second of the revocation", async () => {
    const made = await core.request("createStreamPassword", { name: "vera", label: "to be revoked" });
    const client = await watching(made.password);
    await endsWithinASecond(client, () =>
      core.request("revokeStreamPassword", { name: "vera", id: made.id }),
    );
    assert.equal(await answerNow(made.password), 401);
  });

  it("ends it as soon when the account is disabled, or loses the camera", async () => {
    const admin = { username: "anna", password: "lantern quarry heron" };
    await core.request("createUser", {
      name: admin.username,
      password: admin.password,
      role: "administrator",
    });
    const ask = async (method: string, path: string, body: unknown, token?: string) => {
      const headers = {
        "content-type": "application/json",
        origin: rig.url,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const answer = await fetch(`${rig.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
      return (await answer.json()) as { token?: string };
    };
    const { token } = await ask("POST", "/session", admin);
    const change = (body: unknown) => ask("PATCH", "/users/vera", body, token);
    await endsWithinASecond(await watching(password), () => change({ enabled: false }));
    assert.equal(await answerNow(password), 401);
    await change({ enabled: true });
    await endsWithinASecond(await watching(password), () => change({ cameras: ["cam-2"] }));
    assert.equal(await answerNow(password), 404);
    await change({ cameras: "all" });
    assert.equal(await answerNow(password), 200);
  });

  it("records on without a hole while strangers hold the line and a viewer never reads", async () => {
    const url = new URL(rig.rtspUrl);
    const strangers = Array.from({ length: 1_000 }, () => {
      const socket = connect(Number(url.port), "127.0.0.1");
      socket.on("error", () => undefined);
      return socket;
    });
    const arrived = (socket: Socket) =>
      new Promise((resolve) => {
        socket.once("connect", resolve);
        socket.once("close", resolve);
      });
    await Promise.all(strangers.map(arrived));
    // Until it has signed in it is put out like them where they come later; players try again.
    const stuck = await watching(password).catch(() => watching(password));
    stuck.socket.pause();
    const input = ["-rtsp_transport", "tcp", "-i", address("/cam-1")];
    assert.equal((await slicesOf(input, join(rig.dataDir, "crowd.mkv"))).length, PICTURES);
    for (const socket of strangers) socket.destroy();
    stuck.close();
    await rig.untilRecording(60_000);
    await rig.stopRecorder();
    const files = rig.files();
    assert.equal(new Set(files.map(({ camera, run: number }) => `${camera} ${number}`)).size, 2);
    for (const { file, longestFrameMs } of files) {
      assert.ok(longestFrameMs < DEMO_FRAME_MS * 1.5, `${file} has a hole of ${longestFrameMs} ms`);
    }
  });
});
