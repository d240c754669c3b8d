// The RTSP port as a client meets it: log-in, addresses, pictures at once, and the end of what is no longer allowed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { testPatience, waitFor } from "../../../../core/testing/wait-for.ts";
import { accessUnits, PlainClient } from "../../media/rtsp-server/plain-client.ts";
import { liveFrame, startTestGateway, type TestGateway } from "../fake-peers.ts";
import { answerTo, challengesOf, logIn, watch } from "./digest-client.ts";

const ANNA = { username: "anna", password: "stream-secret" };
const SPS = Buffer.from("6742c00ada1088800000030080000007", "hex");
const PPS = Buffer.from("68ce0f2c", "hex");
const FORMAT = {
  formatId: 7,
  video: {
    codec: "avc1.42c00a",
    width: 64,
    height: 64,
    description: avcRecord().toString("base64"),
  },
  audio: { codec: "ulaw", sampleRate: 8_000, channels: 1 },
};
const NOON_90K = Date.UTC(2026, 2, 1, 12) * 90;

/** An AVCDecoderConfigurationRecord of these two sets. */
function avcRecord(): Buffer {
  const head = [1, 0x42, 0xc0, 0x0a, 0xff, 0xe1, 0, SPS.length];
  return Buffer.concat([Buffer.from(head), SPS, Buffer.from([1, 0, PPS.length]), PPS]);
}

/** A picture of one NAL unit of `bytes` bytes that begin with `type`. */
function picture(number: number, isKeyFrame: boolean, bytes = 40): Buffer {
  const frame = liveFrame(
    { keyFrame: isKeyFrame, frameNumber: number, time90k: NOON_90K + number * 3_600 },
    bytes + 4,
    number & 0x7f,
  );
  frame.writeUInt32BE(bytes, 32);
  frame[36] = isKeyFrame ? 0x65 : 0x41;
  return frame;
}

describe("the RTSP port (attack list A16)", () => {
  let gateway: TestGateway;
  const clients: PlainClient[] = [];
  const url = (path: string) => `rtsp://127.0.0.1:${gateway.rtspPort}${path}`;

  before(async () => {
    gateway = await startTestGateway();
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription, FORMAT);
      for (let number = 0; number < 5; number += 1) {
        gateway.media.frame(subscription, picture(number, number === 0));
      }
    };
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  after(() => gateway.stop());

  async function connectClient(): Promise<PlainClient> {
    const client = await PlainClient.connect(gateway.rtspPort);
    clients.push(client);
    return client;
  }

  async function viewer(path: string, tracks = 1): Promise<PlainClient> {
    const client = await watch(gateway.rtspPort, path, ANNA, tracks);
    clients.push(client);
    return client;
  }

  const subscriptionOf = (camera: string) =>
    gateway.media.subscribed.findLast((one) => one.camera === camera)?.subscription ?? 0;

  it("tells what it can before anybody logged in, and nothing else", async () => {
    const client = await connectClient();
    assert.equal((await client.request("OPTIONS", url("/yard"))).status, 200);
    for (const method of ["DESCRIBE", "SETUP", "PLAY", "PAUSE", "GET_PARAMETER", "TEARDOWN"]) {
      const answer = await client.request(method, url("/yard"));
      assert.equal(answer.status, 401, method);
      assert.doesNotMatch(answer.lines.join(), /basic/i);
      if (method === "TEARDOWN") break;
    }
    assert.deepEqual([...gateway.core.asked], []);
  });

  it("offers SHA-256 first and MD5 for old players, each with a nonce of its own connection", async () => {
    const one = await connectClient();
    const other = await connectClient();
    const challenges = challengesOf(await one.request("DESCRIBE", url("/yard")));
    assert.deepEqual([...challenges.keys()], ["SHA-256", "MD5"]);
    const foreign = answerTo(challenges.get("MD5") ?? new Map(), ANNA, {
      method: "DESCRIBE",
      uri: url("/yard"),
      nc: "00000001",
    });
    const replayed = await other.request("DESCRIBE", url("/yard"), { Authorization: foreign });
    assert.equal(replayed.status, 401);
    assert.match(replayed.lines.join(), /stale=true/);
    const own = await one.request("DESCRIBE", url("/yard"), { Authorization: foreign });
    assert.equal(own.status, 200);
  });

  for (const algorithm of ["MD5", "SHA-256"] as const) {
    it(`lets in by ${algorithm}, and describes what the camera sends`, async () => {
      const client = await connectClient();
      const answer = await logIn(client, "DESCRIBE", url("/yard"), ANNA, algorithm);
      assert.equal(answer.status, 200);
      assert.match(answer.body, /m=video 0 RTP\/AVP 96\r\na=rtpmap:96 H264\/90000/);
      const sets = `${SPS.toString("base64")},${PPS.toString("base64")}`;
      assert.ok(
        answer.body.includes(`profile-level-id=42C00A;sprop-parameter-sets=${sets}\r\n`),
        answer.body,
      );
      assert.match(answer.body, /m=audio 0 RTP\/AVP 0\r\na=rtpmap:0 PCMU\/8000/);
    });
  }

  it("lets in players that know the old digest alone, and sign the whole's address for its tracks", async () => {
    // As live555 does, on which VLC is built: RFC 2069, without qop.
    const client = await connectClient();
    const challenge = challengesOf(await client.request("DESCRIBE", url("/yard"))).get("MD5") ?? new Map();
    const signed = (method: string) => ({
      Authorization: answerTo(challenge, ANNA, { method, uri: url("/yard") }),
    });
    assert.equal((await client.request("DESCRIBE", url("/yard"), signed("DESCRIBE"))).status, 200);
    const setUp = await client.request("SETUP", url("/yard/trackID=0"), {
      ...signed("SETUP"),
      Transport: "RTP/AVP/TCP;unicast;interleaved=0-1",
    });
    assert.equal(setUp.status, 200);
    assert.equal((await client.request("PLAY", url("/yard/"), signed("PLAY"))).status, 200);
    await waitFor(() => accessUnits(client.packets, 0, "h264").length === 5, { what: "pictures" });
  });

  it("refuses a wrong password, and hangs up after the third", async () => {
    const client = await connectClient();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await logIn(client, "DESCRIBE", url("/yard"), { ...ANNA, password: "guess" });
      assert.equal(answer.status, 401);
    }
    await waitFor(() => client.isClosed, { what: "the connection's end" });
  });

  it("answers the same for a camera that is not there and one that may not be seen", async () => {
    const answers = [];
    for (const path of ["/hidden", "/", "/yard/other", "/yard/sub/more", "/%zz", "/single/sub"]) {
      const client = await connectClient();
      const { status, lines, body } = await logIn(client, "DESCRIBE", url(path), ANNA);
      answers.push({ status, lines: lines.filter((line) => !/^cseq/i.test(line)), body });
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]?.status, 404);
  });

  it("sends the pictures since the last key frame at once, byte for byte, with parameter sets and wall clock", async () => {
    const client = await viewer("/gate", 2);
    await waitFor(() => accessUnits(client.packets, 0, "h264").length === 5, { what: "five pictures" });
    const units = accessUnits(client.packets, 0, "h264");
    assert.deepEqual(
      units[0]?.map((nal) => (nal[0] as number) & 0x1f),
      [7, 8, 5],
    );
    for (let number = 1; number < 5; number += 1) {
      assert.ok(units[number]?.[0]?.equals(picture(number, false).subarray(36)));
    }
    const report = client.packets.find(({ channel }) => channel === 1)?.bytes ?? Buffer.alloc(20);
    const first = client.packets.find(({ channel }) => channel === 0)?.bytes ?? Buffer.alloc(12);
    const wallMs =
      (report.readUInt32BE(8) - 2_208_988_800) * 1_000 + (report.readUInt32BE(12) / 2 ** 32) * 1_000;
    const ticks = (first.readUInt32BE(4) - report.readUInt32BE(16)) | 0;
    assert.ok(
      Math.abs(wallMs + ticks / 90 - NOON_90K / 90) < 1,
      "the report ties the first picture to its moment",
    );
  });

  it("cuts pictures into packets that fit, for all viewers the same", async () => {
    const one = await viewer("/street");
    const other = await viewer("/street");
    const large = picture(5, true, 50_000);
    gateway.media.frame(subscriptionOf("street"), large);
    for (const client of [one, other]) {
      await waitFor(() => accessUnits(client.packets, 0, "h264").length === 6, { what: "the large picture" });
      const units = accessUnits(client.packets, 0, "h264");
      assert.ok(units[5]?.[2]?.equals(large.subarray(36)));
      assert.ok(client.packets.every(({ bytes }) => bytes.length <= 1_412));
    }
    assert.deepEqual(one.packets.at(-1), other.packets.at(-1));
    assert.equal(gateway.media.subscribed.filter(({ camera }) => camera === "street").length, 1);
  });

  it("rewrites nothing for a client that chose other channels", async () => {
    const client = await connectClient();
    await logIn(client, "DESCRIBE", url("/attic"), ANNA);
    const answer = await client.request("SETUP", url("/attic/trackID=0"), {
      Transport: "RTP/AVP/TCP;unicast;interleaved=8-9",
    });
    assert.match(answer.headers.get("transport") ?? "", /interleaved=8-9/);
    await client.request("PLAY", url("/attic"));
    await waitFor(() => accessUnits(client.packets, 8, "h264").length === 5, { what: "pictures" });
    assert.ok(client.packets.every(({ channel }) => channel === 8 || channel === 9));
  });

  it("pauses, goes on at the newest key frame, and tears down", async () => {
    const client = await viewer("/porch");
    await waitFor(() => accessUnits(client.packets, 0, "h264").length === 5, { what: "pictures" });
    assert.equal((await client.request("PAUSE", url("/porch"))).status, 200);
    const had = client.packets.length;
    gateway.media.frame(subscriptionOf("porch"), picture(5, true));
    assert.equal((await client.request("GET_PARAMETER", url("/porch"))).status, 200);
    assert.equal(client.packets.length, had);
    assert.equal((await client.request("PLAY", url("/porch"))).status, 200);
    await waitFor(() => accessUnits(client.packets, 0, "h264").length === 6, { what: "the key frame" });
    assert.equal((await client.request("TEARDOWN", url("/porch"))).status, 200);
    await waitFor(() => client.isClosed, { what: "the connection's end" });
  });

  it("hangs up within a second when what let somebody in is revoked, and leaves others alone", async () => {
    gateway.core.streamPasswords.set("bert", "other-secret");
    const anna = await viewer("/cellar");
    const bert = await watch(gateway.rtspPort, "/cellar", { username: "bert", password: "other-secret" });
    clients.push(bert);
    const begin = performance.now();
    gateway.core.link.notify("revoked", { sessionIds: ["stream-password:anna"] });
    await waitFor(() => anna.isClosed, { what: "the end" });
    assert.ok(performance.now() - begin < 1_000 * testPatience());
    gateway.media.frame(subscriptionOf("cellar"), picture(5, true));
    await waitFor(() => accessUnits(bert.packets, 0, "h264").length === 6, { what: "the other's pictures" });
    assert.equal(bert.isClosed, false);
  });

  it("tells the audit log who watches what from where, once however often a player connects", async () => {
    const before = gateway.core.audits.length;
    for (let round = 0; round < 3; round += 1) (await viewer("/roof/sub")).close();
    await waitFor(() => gateway.core.audits.length > before, { what: "the audit" });
    assert.deepEqual(gateway.core.audits.slice(before), [
      {
        sessionId: "stream-password:anna",
        action: "stream-watched",
        camera: "roof",
        remoteAddress: "127.0.0.1",
        detail: { stream: "sub", transport: "tcp" },
      },
    ]);
  });

  it("sends over UDP to the connection's own peer, whatever the request says", async (t) => {
    const { createSocket } = await import("node:dgram");
    const socket = createSocket("udp4");
    t.after(() => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const packets: Buffer[] = [];
    socket.on("message", (packet) => packets.push(packet));
    const { port } = socket.address();
    const client = await connectClient();
    await logIn(client, "DESCRIBE", url("/shed"), ANNA);
    const answer = await client.request("SETUP", url("/shed/trackID=0"), {
      Transport: `RTP/AVP;unicast;destination=192.0.2.7;client_port=${port}-${port + 1}`,
    });
    assert.match(answer.headers.get("transport") ?? "", /server_port=\d+-\d+/);
    // Not by a part of the address, which a port may have as well.
    assert.doesNotMatch(answer.headers.get("transport") ?? "", /destination|192\.0\.2\.7/);
    await client.request("PLAY", url("/shed"));
    await waitFor(() => packets.length >= 7, { what: "packets" });
  });

  it("ends those who watch when the camera's codec changes, as they were told another one", async () => {
    const client = await viewer("/tower");
    gateway.media.format(subscriptionOf("tower"), {
      ...FORMAT,
      formatId: 8,
      audio: { codec: "alaw", sampleRate: 8_000, channels: 1 },
    });
    await waitFor(() => client.isClosed, { what: "the end" });
    const again = await connectClient();
    assert.match((await logIn(again, "DESCRIBE", url("/tower"), ANNA)).body, /PCMA/);
  });

  it("hangs up on what is no RTSP, and on requests that are too long", async () => {
    const inputs = [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      `OPTIONS ${"x".repeat(20_000)} RTSP/1.0\r\n\r\n`,
      "DESCRIBE rtsp://x/ RTSP/1.0\r\nContent-Length: 999999999\r\n\r\n",
      Buffer.alloc(300_000, 0x24),
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".repeat(20_000),
    ];
    for (const input of inputs) {
      const socket = connect(gateway.rtspPort, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.resume();
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(input);
      await closed;
    }
    assert.equal((await logIn(await connectClient(), "DESCRIBE", url("/yard"), ANNA)).status, 200);
  });

  it("lets people in while a thousand strangers hold the line", { timeout: 60_000 }, async () => {
    const strangers = Array.from({ length: 1_000 }, () => {
      const socket = connect(gateway.rtspPort, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("DESCRIBE rtsp://");
      return socket;
    });
    await Promise.all(
      strangers.map(
        (socket) =>
          new Promise((resolve) => {
            socket.once("connect", resolve);
            socket.once("close", resolve);
          }),
      ),
    );
    const client = await viewer("/yard");
    await waitFor(() => accessUnits(client.packets, 0, "h264").length === 5, { what: "pictures" });
    const open = strangers.filter((socket) => !socket.destroyed && socket.readyState === "open").length;
    assert.ok(open <= 64, `${open} strangers are still there`);
    for (const socket of strangers) socket.destroy();
  });

  it("lets a viewer that does not read fall to key frames, and delays nobody", {
    timeout: 60_000,
  }, async () => {
    const slow = await viewer("/dock");
    const good = await viewer("/dock");
    slow.socket.pause();
    const pictures = (client: PlainClient) =>
      client.packets.filter(
        ({ channel, bytes }) => channel === 0 && (bytes[1] as number) >= 0x80 && bytes.length > 30,
      ).length;
    let sent = 5;
    for (let round = 0; round < 20; round += 1) {
      for (let frame = 0; frame < 5; frame += 1) {
        gateway.media.frame(subscriptionOf("dock"), picture(sent, frame === 0, 200_000));
        sent += 1;
      }
      await waitFor(() => pictures(good) >= sent, { what: "the good one's pictures" });
    }
    slow.socket.resume();
    gateway.media.frame(subscriptionOf("dock"), picture(sent, true));
    await waitFor(
      () => {
        gateway.media.frame(subscriptionOf("dock"), picture(sent, true));
        const last = accessUnits(slow.packets, 0, "h264").at(-1);
        return last?.at(-1)?.equals(picture(sent, true).subarray(36)) === true;
      },
      { what: "the newest key frame at the slow one" },
    );
    const got = accessUnits(slow.packets, 0, "h264").length;
    assert.ok(got < sent - 20, `${got} of ${sent} pictures waited for the slow one`);
  });

  it("hangs up on who does not log in, and on who takes nothing", async () => {
    const clock = new FakeClock(Date.now());
    const other = await startTestGateway({ clock });
    try {
      other.media.onSubscribe = (subscription) => {
        other.media.format(subscription, FORMAT);
        other.media.frame(subscription, picture(0, true));
      };
      const stranger = await PlainClient.connect(other.rtspPort);
      const good = await watch(other.rtspPort, "/yard", ANNA);
      const stuck = await watch(other.rtspPort, "/yard", ANNA);
      stuck.socket.pause();
      const subscription = other.media.subscribed[0]?.subscription ?? 0;
      clock.advance(11_000);
      await waitFor(() => stranger.isClosed, { what: "the stranger's end" });
      for (let second = 0; second < 30; second += 1) {
        for (let frame = 0; frame < 4; frame += 1) {
          other.media.frame(subscription, picture(second * 4 + frame + 1, frame === 0, 400_000));
        }
        const wanted = good.packets.length;
        await waitFor(() => good.packets.length > wanted, { what: "the good one's pictures" });
        clock.advance(1_000);
      }
      // Paused sockets do not notice their end before they read on.
      stuck.socket.resume();
      await waitFor(() => stuck.isClosed, { what: "the stuck one's end" });
      assert.equal(good.isClosed, false);
      good.close();
    } finally {
      await other.stop();
    }
  });

  it("moves to the next free port where its own is busy, and says so", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const other = await startTestGateway({ settings: { rtsp: { port, host: "127.0.0.1", enabled: true } } });
    try {
      await waitFor(() => other.core.listening.length > 0, { what: "the ports" });
      const told = other.core.listening.at(-1);
      assert.ok((told?.rtsp?.port ?? 0) > port);
      assert.match(
        told?.problems.map(({ message }) => message).join() ?? "",
        new RegExp(`rtsp port ${port} was busy`),
      );
      await other.core.change({ ...other.core.settings, rtsp: { port, host: "127.0.0.1", enabled: false } });
      assert.equal(other.core.listening.at(-1)?.rtsp, undefined);
    } finally {
      await other.stop();
      server.close();
    }
  });
});
