import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { hikvisionSdp } from "../sample-sessions.ts";
import { rtpPacket, slice264 } from "../sample-streams.ts";
import { OK, politely, scriptedCamera } from "./scripted-camera.ts";
import { faultOfStream, fetchFrom, pictures } from "./source-harness.ts";

describe("a source whose camera answers rubbish (attack list A19)", () => {
  const sdp = hikvisionSdp;

  for (const [name, code, status] of [
    ["404", "not-found", "RTSP/1.0 404 Stream Not Found"],
    ["403", "wrong-password", "RTSP/1.0 403 Forbidden"],
    ["453", "too-many-sessions", "RTSP/1.0 453 Not Enough Bandwidth"],
    ["500", "server-error", "RTSP/1.0 500 Internal"],
    ["400", "protocol-error", "RTSP/1.0 400 Bad\u0007 Request"],
  ] as const) {
    it(`names ${name} as ${code}`, async () => {
      await using camera = await scriptedCamera((request) =>
        request.method === "DESCRIBE" ? { head: status } : OK,
      );
      await using fetching = fetchFrom(camera.url);
      const found = await faultOfStream(fetching);
      assert.equal(found.code, code);
      assert.equal(found.message.includes("\u0007"), false);
    });
  }

  it("names what is wrong with an address: nobody there, no such name, no RTSP URL", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    const port = typeof address === "object" ? address?.port : 0;
    await using refused = fetchFrom(`rtsp://127.0.0.1:${port}/x`);
    assert.equal((await faultOfStream(refused)).code, "connection-refused");
    await using unknown = fetchFrom("rtsp://no-such-host.invalid/x");
    assert.equal((await faultOfStream(unknown)).code, "host-not-found");
    await using none = fetchFrom("http://127.0.0.1/x");
    assert.match((await faultOfStream(none)).message, /not an RTSP URL/);
  });

  it("names a web server, an endless header and a body without end", async () => {
    for (const [said, words] of [
      ["HTTP/1.1 400 Bad Request\r\n\r\n", /web server/],
      [`RTSP/1.0 200 OK\r\nX: ${"y".repeat(70_000)}`, /64 KiB/],
      ["RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4294967295\r\n\r\n", /4294967295/],
    ] as const) {
      await using camera = await scriptedCamera(() => said);
      await using fetching = fetchFrom(camera.url);
      assert.match((await faultOfStream(fetching)).message, words);
    }
  });

  it("follows redirects on the camera's own host and refuses others", async () => {
    await using target = await scriptedCamera(politely(sdp));
    await using camera = await scriptedCamera((request) =>
      request.method === "DESCRIBE" ? { head: `RTSP/1.0 302 Found\r\nLocation: ${target.url}` } : OK,
    );
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.runs.length === 1);
    await using stranger = await scriptedCamera((request) =>
      request.method === "DESCRIBE" ? { head: "RTSP/1.0 301 Moved\r\nLocation: rtsp://192.0.2.1/x" } : OK,
    );
    await using refused = fetchFrom(stranger.url);
    assert.equal((await faultOfStream(refused)).code, "redirect-refused");
    await using circle = await scriptedCamera((request) =>
      request.method === "DESCRIBE" ? { head: `RTSP/1.0 302 Found\r\nLocation: ${request.url}` } : OK,
    );
    await using dizzy = fetchFrom(circle.url);
    assert.match((await faultOfStream(dizzy)).message, /circle/);
  });

  it("does without the sound when its SETUP fails", async () => {
    const polite = politely(sdp);
    await using camera = await scriptedCamera((request) =>
      request.method === "SETUP" && request.url.includes("trackID=2")
        ? { head: "RTSP/1.0 500 Internal" }
        : polite(request),
    );
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.runs.length === 1);
    assert.equal(fetching.sink.runs[0]?.format.audio, undefined);
    assert.deepEqual(
      camera.requests
        .filter((request) => request.method === "SETUP")
        .map((request) => /trackID=\d/.exec(request.url)?.[0]),
      ["trackID=1", "trackID=2", "trackID=3"],
    );
  });

  it("answers the camera's own requests", async () => {
    await using camera = await scriptedCamera(politely(sdp));
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.runs.length === 1);
    const [socket] = camera.sockets;
    const answers: string[] = [];
    socket?.on("data", (chunk) => answers.push(chunk.toString()));
    for (const method of ["OPTIONS", "SET_PARAMETER", "ANNOUNCE", "RECORD"]) {
      socket?.write(`${method} ${camera.url} RTSP/1.0\r\nCSeq: 9\r\n\r\n`);
    }
    await waitFor(() => (answers.join("").match(/CSeq: 9/g)?.length ?? 0) === 4);
    assert.deepEqual(
      answers
        .join("")
        .match(/^RTSP\/1.0 \d+/gm)
        ?.map((line) => line.slice(9)),
      ["200", "200", "200", "501"],
    );
  });
});

describe("a source's patience", () => {
  /** Lets the loop turn so that sockets and promises get on, then turns the clock. */
  async function pass(clock: FakeClock, ms: number): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(ms);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it("with a camera that does not answer ends after 10 s", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(() => undefined);
    await using fetching = fetchFrom(camera.url, {}, clock);
    await waitFor(() => camera.requests.length === 1);
    await pass(clock, 9_900);
    assert.equal(fetching.sink.state?.status, "connecting");
    await pass(clock, 200);
    assert.equal((await faultOfStream(fetching)).code, "timed-out");
  });

  it("with a camera that was away is made at once when its driver says that it is there, and no oftener for being told often", async () => {
    const clock = new FakeClock();
    let isThere = false;
    await using camera = await scriptedCamera((request) =>
      isThere ? politely(hikvisionSdp)(request) : { head: "RTSP/1.0 404 Stream Not Found" },
    );
    await using fetching = fetchFrom(camera.url, {}, clock);
    const { source, sink } = fetching;
    await faultOfStream(fetching);
    const attempts = () => source.statistics().sessions;
    source.tryAgain();
    await waitFor(() => attempts() === 2);
    // The ticker, and the pause after the second attempt: one second, as after the first.
    await waitFor(() => clock.pending === 2, { what: "the second pause" });
    for (let told = 0; told < 100; told += 1) source.tryAgain();
    await pass(clock, 999);
    assert.equal(attempts(), 2);
    await pass(clock, 4_001);
    await waitFor(() => attempts() === 3 && clock.pending === 2, { what: "the third pause" });
    isThere = true;
    source.tryAgain();
    await waitFor(() => sink.runs.length === 1);
    assert.equal(attempts(), 4);
  });

  it("with a camera that refused the password waits, whatever its driver says: accounts are locked otherwise", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(() => ({ head: "RTSP/1.0 403 Forbidden" }));
    await using fetching = fetchFrom(camera.url, {}, clock);
    assert.equal((await faultOfStream(fetching)).code, "wrong-password");
    fetching.source.tryAgain();
    await pass(clock, 9_999);
    assert.equal(fetching.source.statistics().sessions, 1);
    await pass(clock, 2_000);
    assert.equal(fetching.source.statistics().sessions, 2);
  });

  it("with a camera that stops sending ends within 5 s, and it reconnects after one", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(politely(hikvisionSdp));
    await using fetching = fetchFrom(camera.url, {}, clock);
    await waitFor(() => fetching.sink.runs.length === 1);
    const packet = rtpPacket({ sequence: 1, timestamp: 0, marker: true }, slice264(5, true));
    for (const socket of camera.sockets) {
      socket.write(Buffer.concat([Buffer.from([0x24, 0, 0, packet.length]), packet]));
    }
    await pictures(fetching, 1);
    await pass(clock, 3_900);
    assert.equal(fetching.sink.state?.status, "online");
    await pass(clock, 1_100);
    const lost = await faultOfStream(fetching);
    assert.equal(lost.code, "stalled");
    assert.equal(fetching.sink.ends[0]?.code, "stalled");
    await pass(clock, 1_000);
    await waitFor(() => fetching.sink.runs.length === 2);
  });

  it("with pictures that nothing can be recorded of ends in words: no key frame, then no whole picture", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(politely(hikvisionSdp));
    await using fetching = fetchFrom(camera.url, {}, clock);
    await waitFor(() => fetching.sink.runs.length === 1);
    let sequence = 0;
    let seconds = 0;
    const send = (payload: Buffer, marker: boolean) => {
      sequence += 1;
      const packet = rtpPacket({ sequence, timestamp: seconds * 90_000, marker }, payload);
      for (const socket of camera.sockets)
        socket.write(Buffer.concat([Buffer.from([0x24, 0, 0, packet.length]), packet]));
    };
    const until = async (code: string | undefined, most: number, payload: Buffer, marker: boolean) => {
      for (let second = 0; second < most; second += 1) {
        const { packets } = fetching.source.statistics();
        send(payload, marker);
        await waitFor(() => fetching.source.statistics().packets > packets);
        await pass(clock, 1_000);
        seconds += 1;
        if (fetching.sink.state?.status !== "connecting" && fetching.sink.state?.fault?.code === code)
          return second;
      }
      return assert.fail(`no state ${code}: ${JSON.stringify(fetching.sink.state)}`);
    };
    assert.equal(await until(undefined, 1, slice264(1, true), true), 0);
    assert.ok((await until("no-key-frame", 18, slice264(1, true), true)) >= 12, "not at once");
    assert.equal(fetching.sink.state?.status, "degraded");
    await until(undefined, 2, slice264(5, true), true);
    assert.equal(fetching.sink.state?.status, "online");
    // The middle of a fragmented unit, of which neither start nor end ever comes.
    const middle = Buffer.concat([Buffer.from([0x7c, 0x05]), Buffer.alloc(40, 0x55)]);
    await until("stalled", 8, middle, false);
    assert.deepEqual([fetching.sink.state?.status, fetching.sink.runs.length], ["degraded", 1]);
  });

  // The second is what some cameras give.
  for (const timeout of [20, 15]) {
    it(`keeps a session of ${timeout} s alive at half its timeout, and answers that fail or carry a wrong CSeq never end it`, async () => {
      const clock = new FakeClock();
      const polite = politely(hikvisionSdp, { session: `77;timeout=${timeout}` });
      let playing = false;
      await using camera = await scriptedCamera((request) => {
        if (playing && request.method === "GET_PARAMETER") {
          return `RTSP/1.0 400 Bad Request\r\nCSeq: ${Number(request.cseq) - 1}\r\n\r\n`;
        }
        if (playing && request.method === "OPTIONS") return "RTSP/1.0 454 Session Not Found\r\n\r\n";
        if (request.method === "PLAY") playing = true;
        return polite(request);
      });
      await using fetching = fetchFrom(camera.url, { audio: false }, clock);
      await waitFor(() => fetching.sink.runs.length === 1);
      let sequence = 0;
      for (let second = 0; second < 2.25 * timeout; second += 1) {
        sequence += 1;
        const packet = rtpPacket({ sequence, timestamp: second * 90_000, marker: true }, slice264(5, true));
        for (const socket of camera.sockets) {
          socket.write(Buffer.concat([Buffer.from([0x24, 0, 0, packet.length]), packet]));
        }
        await waitFor(() => fetching.source.statistics().packets >= sequence);
        await pass(clock, 1_000);
      }
      const alive = camera.requests.slice(
        camera.requests.findIndex((request) => request.method === "PLAY") + 1,
      );
      assert.deepEqual(alive.map((request) => request.method).slice(0, 4), [
        "GET_PARAMETER",
        "OPTIONS",
        "OPTIONS",
        "OPTIONS",
      ]);
      assert.match(alive[0]?.text ?? "", /Session: 77\r\n/);
      assert.equal(fetching.sink.runs.length, 1);
    });
  }

  it("never hammers a camera that refuses the password", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(() => ({
      head: 'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n"',
    }));
    await using fetching = fetchFrom(camera.url, { username: "u", password: "p" }, clock);
    await faultOfStream(fetching);
    const first = camera.requests.length;
    assert.equal(first, 2);
    await pass(clock, 9_900);
    assert.equal(camera.requests.length, first);
    await pass(clock, 1_200);
    await waitFor(() => camera.requests.length === first + 2);
  });

  it("asks for a key frame by RTCP", async () => {
    await using camera = await scriptedCamera(politely(hikvisionSdp));
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.runs.length === 1);
    const [socket] = camera.sockets;
    const got: Buffer[] = [];
    socket?.on("data", (chunk) => got.push(chunk));
    const packet = rtpPacket({ sequence: 1, timestamp: 0, marker: true, ssrc: 0xabcd }, slice264(1, true));
    socket?.write(Buffer.concat([Buffer.from([0x24, 0, 0, packet.length]), packet]));
    await pictures(fetching, 1);
    fetching.source.requestKeyFrame();
    await waitFor(() => got.length > 0);
    const bytes = Buffer.concat(got);
    const pli = bytes.indexOf(Buffer.from([0x81, 206, 0, 2]));
    assert.ok(bytes[0] === 0x24 && bytes[1] === 1 && pli > 0);
    assert.equal(bytes.readUInt32BE(pli + 8), 0xabcd);
  });
});

describe("a source whose camera goes silent", () => {
  it("notices within 5 s that no packet comes at all", async () => {
    const clock = new FakeClock();
    await using camera = await scriptedCamera(politely(hikvisionSdp));
    await using fetching = fetchFrom(camera.url, {}, clock);
    await waitFor(() => fetching.sink.runs.length === 1);
    clock.advance(5_000);
    assert.equal((await faultOfStream(fetching)).code, "stalled");
  });

  it("does not lose the picture to a sound whose SETUP is never answered", async () => {
    const clock = new FakeClock();
    const polite = politely(hikvisionSdp);
    await using camera = await scriptedCamera((request) =>
      request.method === "SETUP" && request.url.includes("trackID=2") ? undefined : polite(request),
    );
    await using fetching = fetchFrom(camera.url, {}, clock);
    await waitFor(() => camera.requests.some((request) => request.url.includes("trackID=2")));
    clock.advance(10_000);
    await waitFor(() => fetching.sink.runs.length === 1);
    assert.equal(fetching.sink.runs[0]?.format.audio, undefined);
  });
});
