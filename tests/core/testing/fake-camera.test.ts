import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { type FakeCamera, type FakeCameraOptions, fakeCamera } from "../../../core/testing/fake-camera.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { accessUnits, PlainClient } from "../media/rtsp-server/plain-client.ts";

const SPEED = 40;

async function camera(t: TestContext, options: FakeCameraOptions = {}): Promise<FakeCamera> {
  const made = await fakeCamera({ speed: SPEED, ...options });
  t.after(() => made.close());
  return made;
}

async function client(t: TestContext, to: FakeCamera): Promise<PlainClient> {
  const made = await PlainClient.connect(to.port);
  t.after(() => made.close());
  return made;
}

/** Plays the first track until `packets` RTP packets of it are there. */
async function watch(
  t: TestContext,
  options: FakeCameraOptions,
  packets: number,
): Promise<{ one: PlainClient; rtp: Buffer[] }> {
  const to = await camera(t, options);
  const one = await client(t, to);
  await one.play(to.url, 1);
  const rtp = (): Buffer[] => one.packets.filter(({ channel }) => channel === 0).map(({ bytes }) => bytes);
  await waitFor(() => rtp().length >= packets);
  return { one, rtp: rtp() };
}

function sequences(rtp: readonly Buffer[]): number[] {
  return rtp.map((packet) => packet.readUInt16BE(2));
}

describe("fake camera", () => {
  for (const [audio, pattern] of [
    ["aac", /m=audio[\s\S]*MPEG4-GENERIC\/48000/],
    ["latm", /MP4A-LATM\/48000[\s\S]*cpresent=0;config=40[0-9a-f]{10}/],
    ["opus", /opus\/48000\/2/],
    ["pcmu", /PCMU\/8000/],
    ["pcma", /PCMA\/8000/],
    ["g726", /G726-32\/8000/],
    ["unknown", /X-SECRET-CODEC\/8000/],
  ] as const) {
    it(`describes and sends ${audio} sound`, async (t) => {
      const to = await camera(t, { audio });
      const one = await client(t, to);
      assert.match((await one.request("DESCRIBE", to.url)).body, pattern);
      await one.play(to.url, 2);
      await waitFor(() => one.packets.filter(({ channel }) => channel === 2).length > 20);
    });
  }

  it("serves ONVIF metadata on a track of its own", async (t) => {
    const to = await camera(t, { metadata: ["<tt:MetadataStream/>"] });
    const one = await client(t, to);
    assert.match(
      (await one.request("DESCRIBE", to.url)).body,
      /m=application 0 RTP\/AVP 107[\s\S]*vnd\.onvif\.metadata\/90000/,
    );
    await one.play(to.url, 2);
    const packet = await waitFor(() => one.packets.find(({ channel }) => channel === 2));
    assert.equal(packet.bytes.toString("latin1", 12), "<tt:MetadataStream/>");
  });

  for (const status of [401, 403, 404, 461, 500, 503]) {
    it(`fails any method with ${status}, as often as it is told`, async (t) => {
      const to = await camera(t, { faults: { failAt: { method: "DESCRIBE", status, times: 1 } } });
      const one = await client(t, to);
      assert.equal((await one.request("DESCRIBE", to.url)).status, status);
      assert.equal((await one.request("DESCRIBE", to.url)).status, 200);
      assert.deepEqual(
        to.requests.map(({ method, cseq }) => [method, cseq]),
        [
          ["DESCRIBE", "1"],
          ["DESCRIBE", "2"],
        ],
      );
    });
  }

  it("asks for a password and takes the right one only", async (t) => {
    const to = await camera(t, { auth: "basic" });
    const one = await client(t, to);
    assert.equal((await one.request("DESCRIBE", to.url)).status, 401);
    const right = Buffer.from(`${to.username}:${to.password}`).toString("base64");
    assert.equal((await one.request("DESCRIBE", to.url, { Authorization: `Basic ${right}` })).status, 200);
  });

  it("hangs up or stays silent where it is told to", async (t) => {
    const to = await camera(t, { faults: { closeAt: "SETUP", silentAt: "OPTIONS" } });
    const one = await client(t, to);
    one.socket.write("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nSETUP x RTSP/1.0\r\nCSeq: 2\r\n\r\n");
    await waitFor(() => one.isClosed);
    assert.equal(one.answers.length, 0);
  });

  it("sends a header without end", async (t) => {
    const to = await camera(t, { faults: { endlessHeaderAt: "DESCRIBE" } });
    const socket = connect(to.port, "127.0.0.1");
    t.after(() => socket.destroy());
    socket.write(`DESCRIBE ${to.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      assert.equal(chunk.indexOf("\r\n\r\n"), -1);
    });
    await waitFor(() => bytes > 100_000);
  });

  it("lies about the length of its description, and redirects", async (t) => {
    const to = await camera(t, { faults: { contentLengthError: -10 } });
    const one = await client(t, to);
    const short = await one.request("DESCRIBE", to.url);
    to.setFaults({});
    const other = await client(t, to);
    assert.equal((await other.request("DESCRIBE", to.url)).body.length, short.body.length + 10);
    to.setFaults({ redirectTo: "rtsp://127.0.0.1:1/else" });
    const moved = await other.request("DESCRIBE", to.url);
    assert.deepEqual([moved.status, moved.headers.get("location")], [302, "rtsp://127.0.0.1:1/else"]);
  });

  it("answers keep-alives with the CSeq before, with none, or with an error", async (t) => {
    const to = await camera(t, { faults: { keepAliveCSeq: "previous" } });
    const one = await client(t, to);
    await one.play(to.url, 1);
    assert.equal((await one.request("GET_PARAMETER", to.url)).headers.get("cseq"), "3");
    to.setFaults({ keepAliveCSeq: "missing", keepAliveStatus: 400 });
    const answer = await one.request("GET_PARAMETER", to.url);
    assert.deepEqual([answer.status, answer.headers.get("cseq")], [400, undefined]);
  });

  it("loses, repeats and swaps packets where it is told to", async (t) => {
    const lost = sequences((await watch(t, { faults: { loseEvery: 10 } }, 30)).rtp);
    assert.equal((lost[9] ?? 0) - (lost[8] ?? 0), 2);
    const repeated = sequences((await watch(t, { faults: { repeatEvery: 10 } }, 30)).rtp);
    assert.equal(repeated[9], repeated[10]);
    const swapped = sequences((await watch(t, { faults: { swapEvery: 10 } }, 30)).rtp);
    assert.equal((swapped[10] ?? 0) - (swapped[9] ?? 0), -1);
  });

  it("wraps its sequence numbers and timestamps where it is told to", async (t) => {
    const base = { sequence: 0xfffe, rtpTime: 0xffffffff - 10_000 };
    const { rtp } = await watch(t, { base, codec: "h264-small" }, 40);
    assert.deepEqual(sequences(rtp).slice(0, 4), [0xfffe, 0xffff, 0, 1]);
    const times = [...new Set(rtp.map((packet) => packet.readUInt32BE(4)))];
    assert.equal(times[0], base.rtpTime);
    assert.ok(times.slice(1).every((time, index) => (time - (times[index] ?? 0)) >>> 0 === 3600));
    assert.ok((times.at(-1) ?? 0) < base.rtpTime);
  });

  it("jumps in time, sets no marker, ends no fragment", async (t) => {
    const jumped = (await watch(t, { faults: { timeJump: { after: 20, by: 900_000 } } }, 40)).rtp;
    const steps = jumped
      .slice(1)
      .map((packet, index) => (packet.readUInt32BE(4) - (jumped[index]?.readUInt32BE(4) ?? 0)) >>> 0);
    assert.equal(steps.filter((step) => step >= 900_000).length, 1);
    const bare = (await watch(t, { faults: { noMarker: true } }, 40)).rtp;
    assert.ok(bare.every((packet) => ((packet[1] ?? 0) & 0x80) === 0));
    const open = (await watch(t, { faults: { noFragmentEnd: true } }, 40)).rtp;
    assert.ok(open.every((packet) => ((packet[12] ?? 0) & 0x1f) !== 28 || ((packet[13] ?? 0) & 0x40) === 0));
  });

  it("sends any payload that a test makes up, numbered as if it were its own", async (t) => {
    // A STAP-A whose only unit claims 65 535 bytes.
    const lie = Buffer.from([0x78, 0xff, 0xff, 0x65]);
    const { rtp } = await watch(t, { faults: { payload: (own, count) => (count === 5 ? lie : own) } }, 10);
    assert.deepEqual(rtp[4]?.subarray(12), lie);
    assert.equal((rtp[5]?.readUInt16BE(2) ?? 0) - (rtp[4]?.readUInt16BE(2) ?? 0), 1);
  });

  it("sends a NAL unit that never ends, in fragments numbered without gaps", async (t) => {
    const { rtp } = await watch(t, { faults: { endlessNalAfter: 5 } }, 2_000);
    const endless = rtp.slice(5, 1_900);
    assert.equal(endless.filter((packet) => ((packet[13] ?? 0) & 0x80) !== 0).length, 1);
    assert.ok(endless.every((packet) => ((packet[13] ?? 0) & 0x40) === 0));
    sequences(endless.slice(0, 1_000)).forEach((sequence, index, all) => {
      const next = all[index + 1];
      if (next !== undefined) assert.equal(next, (sequence + 1) & 0xffff);
    });
  });

  it("stalls, and hangs up, after so many packets", async (t) => {
    const to = await camera(t, { faults: { stallAfter: 10 } });
    const one = await client(t, to);
    await one.play(to.url, 1);
    await waitFor(() => one.packets.filter(({ channel }) => channel === 0).length === 10);
    assert.equal((await one.request("GET_PARAMETER", to.url)).status, 200);
    assert.equal(one.packets.filter(({ channel }) => channel === 0).length, 10);
    to.setFaults({ closeAfter: 10 });
    await waitFor(() => one.isClosed);
  });

  it("lies about interleaved lengths and puts garbage between packets", async (t) => {
    const to = await camera(t, { faults: { garbage: { every: 5, bytes: Buffer.from("garbage!") } } });
    const socket = connect(to.port, "127.0.0.1");
    t.after(() => socket.destroy());
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    const session = async (): Promise<string> =>
      await waitFor(() => /Session: (\w+)/.exec(text)?.[1], { what: "a session" });
    socket.write(
      `SETUP ${to.url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n`,
    );
    socket.write(`PLAY ${to.url} RTSP/1.0\r\nCSeq: 2\r\nSession: ${await session()}\r\n\r\n`);
    await waitFor(() => text.includes("garbage!$"));
    to.setFaults({ lengthLie: { every: 1, by: 1 } });
    const length = text.length;
    await waitFor(() => text.length > length + 5_000);
  });

  it("leaves out sender reports or fills them with nonsense", async (t) => {
    const none = await watch(t, { faults: { senderReports: "none" } }, 30);
    assert.equal(
      none.one.packets.some(({ bytes }) => bytes[1] === 200),
      false,
    );
    const wrong = await watch(t, { faults: { senderReports: "wrong" } }, 30);
    const report = wrong.one.packets.find(({ bytes }) => bytes[1] === 200);
    assert.equal(report?.bytes.readUInt32BE(8), 0xffffffff);
  });

  it("changes to another picture size in the middle, with timestamps that go on", async (t) => {
    const { rtp } = await watch(t, { changeTo: { codec: "h264-small", afterSeconds: 1 } }, 130);
    const sets = new Set(
      rtp.filter((packet) => ((packet[12] ?? 0) & 0x1f) === 7).map((packet) => packet.toString("hex", 12)),
    );
    assert.equal(sets.size, 2);
    const times = [...new Set(rtp.map((packet) => packet.readUInt32BE(4)))];
    assert.ok(times.slice(1).every((time, index) => (time - (times[index] ?? 0)) >>> 0 === 3600));
  });

  it("sends no key frame after the first ones", async (t) => {
    const { one } = await watch(t, { keyFrames: 1 }, 150);
    const keys = accessUnits(one.packets, 0, "h264").filter((nals) =>
      nals.some((nal) => ((nal[0] ?? 0) & 0x1f) === 5),
    );
    assert.equal(keys.length, 1);
  });

  it("goes off and comes back on the same port", async (t) => {
    const to = await camera(t);
    const one = await client(t, to);
    await to.powerOff();
    await waitFor(() => one.isClosed);
    await assert.rejects(once(connect(to.port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
    await to.powerOn();
    assert.equal((await (await client(t, to)).request("OPTIONS", "*")).status, 200);
  });

  it("speaks TLS", async (t) => {
    const { generate } = await import("selfsigned");
    const { private: key, cert } = await generate([{ name: "commonName", value: "camera" }]);
    const to = await camera(t, { tls: { key, cert } });
    assert.match(to.url, /^rtsps:/);
    const tls = await import("node:tls");
    const socket = tls.connect({ port: to.port, host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => socket.destroy());
    await once(socket, "secureConnect");
    socket.write(`DESCRIBE ${to.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString("latin1"), /^RTSP\/1\.0 200/);
  });
});
