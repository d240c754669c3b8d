import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { sourceOfClip } from "../../../../core/media/rtsp-server/clip-source.ts";
import {
  createRtspServer,
  type RtspServer,
  type RtspServerOptions,
} from "../../../../core/media/rtsp-server/rtsp-server.ts";
import type { PlaybackListener } from "../../../../core/media/rtsp-server/served-source.ts";
import { type TestClipName, testClip } from "../../../../core/testing/fake-tracks.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { accessUnits, PlainClient } from "./plain-client.ts";

const SPEED = 40;

async function serve(
  t: TestContext,
  options: Partial<RtspServerOptions> = {},
  clip: TestClipName = "h264-aac",
  atEnd: "loop" | "end" = "end",
): Promise<RtspServer> {
  const source = sourceOfClip(await testClip(clip), { speed: SPEED, atEnd });
  const server = await createRtspServer({
    mount: (path, query) =>
      path === "/cam" ? { source, playback: { shiftSeconds: Number(query.get("shift") ?? 0) } } : undefined,
    ...options,
  });
  t.after(() => server.close());
  return server;
}

async function client(t: TestContext, server: RtspServer): Promise<PlainClient> {
  const made = await PlainClient.connect(server.port);
  t.after(() => made.close());
  return made;
}

function isBye(packet: { bytes: Buffer }): boolean {
  return packet.bytes[1] === 203;
}

describe("RTSP server", () => {
  it("sends nothing any more once it is closed, over UDP either, where its sockets are gone", async (t) => {
    const clip = sourceOfClip(await testClip("h264-aac"));
    const { promise: playing, resolve } = Promise.withResolvers<PlaybackListener>();
    let stops = 0;
    const server = await createRtspServer({
      mount: () => ({
        source: {
          tracks: clip.tracks,
          play(listener) {
            resolve(listener);
            return {
              stop() {
                stops += 1;
              },
            };
          },
        },
      }),
    });
    const one = await client(t, server);
    const rtp = createSocket("udp4");
    t.after(() => rtp.close());
    rtp.bind(0, "127.0.0.1");
    await once(rtp, "listening");
    const { port } = rtp.address();
    const url = server.url("/cam");
    await one.request("SETUP", `${url}/trackID=0`, {
      Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
    });
    await one.request("PLAY", url);
    const listener = await playing;
    await server.close();
    // A timer that was due at that moment, as a clip's is.
    assert.equal(stops, 1, "what plays was told to stop before");
    assert.doesNotThrow(() => listener.ended());
  });

  for (const [clip, codec] of [
    ["h264-aac", "h264"],
    ["h265-aac", "h265"],
  ] as const) {
    it(`delivers every NAL unit of a ${codec} clip byte for byte, parameter sets before key frames`, async (t) => {
      const server = await serve(t, {}, clip);
      const one = await client(t, server);
      await one.play(server.url("/cam"), 1);
      await waitFor(() => one.packets.some(isBye), { what: "BYE" });
      const units = accessUnits(
        one.packets.filter(({ channel }) => channel === 0),
        0,
        codec,
      );
      const [video] = (await testClip(clip)).tracks;
      assert.ok(video);
      assert.equal(units.length, 100);
      units.forEach((nals, index) => {
        const start = video.offsets[index] as number;
        const expected = video.data.subarray(start, start + (video.sizes[index] as number));
        const sets = video.keyFrames[index] === 1 ? video.parameterSets.length : 0;
        assert.deepEqual(
          nals.slice(0, sets),
          video.parameterSets.slice(0, sets).map((set) => Buffer.from(set)),
        );
        const joined = nals.slice(sets).flatMap((nal) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(nal.length);
          return [length, nal];
        });
        assert.ok(Buffer.concat(joined).equals(expected), `frame ${index}`);
      });
    });
  }

  it("numbers packets without gaps and sets the marker on the last packet of each frame", async (t) => {
    const server = await serve(t);
    const one = await client(t, server);
    const played = await one.play(server.url("/cam"), 1);
    await waitFor(() => one.packets.some(isBye));
    const rtp = one.packets.filter(({ channel }) => channel === 0).map(({ bytes }) => bytes);
    const info = /seq=(\d+);rtptime=(\d+)/.exec(played.headers.get("rtp-info") ?? "");
    assert.equal(rtp[0]?.readUInt16BE(2), Number(info?.[1]));
    assert.equal(rtp[0]?.readUInt32BE(4), Number(info?.[2]));
    rtp.forEach((packet, index) => {
      const next = rtp[index + 1];
      if (next === undefined) return;
      assert.equal(next.readUInt16BE(2), (packet.readUInt16BE(2) + 1) & 0xffff);
      const endsFrame = next.readUInt32BE(4) !== packet.readUInt32BE(4);
      assert.equal(((packet[1] as number) & 0x80) !== 0, endsFrame);
    });
  });

  it("goes on with its timestamps when the clip starts again", async (t) => {
    const server = await serve(t, {}, "h264-aac", "loop");
    const one = await client(t, server);
    await one.play(server.url("/cam"), 2);
    await waitFor(() => one.packets.filter(({ channel }) => channel === 0).length > 400);
    for (const [channel, step] of [
      [0, 3600],
      [2, 1024],
    ] as const) {
      const times = [
        ...new Set(
          one.packets
            .filter((packet) => packet.channel === channel)
            .map(({ bytes }) => bytes.readUInt32BE(4)),
        ),
      ];
      const steps = times.slice(1).map((time, index) => (time - (times[index] as number)) >>> 0);
      const wrong = steps.filter((by) => by !== step);
      // 4 s of sound are 187.5 frames: at each start of the loop one step differs by less than a frame.
      if (channel === 0) assert.deepEqual(wrong, []);
      else assert.ok(wrong.length <= 3 && wrong.every((by) => Math.abs(by - step) < 1024), `${wrong}`);
    }
  });

  it("relates both tracks to the wall clock in its sender reports", async (t) => {
    const server = await serve(t);
    const one = await client(t, server);
    await one.play(server.url("/cam"), 2);
    await waitFor(() => one.packets.some(isBye));
    for (const channel of [1, 3]) {
      const report = one.packets.find((packet) => packet.channel === channel && packet.bytes[1] === 200);
      assert.ok(report);
      const seconds = report.bytes.readUInt32BE(8) - 2_208_988_800;
      assert.ok(Math.abs(seconds - Date.now() / 1000) < 30);
      // The compound packet ends with a source description whose length fits.
      assert.equal(report.bytes.length, 28 + 4 * (report.bytes.readUInt16BE(30) + 1));
      assert.equal(report.bytes[29], 202);
    }
  });

  it("begins a shifted stream at another key frame", async (t) => {
    const server = await serve(t);
    const one = await client(t, server);
    await one.play(server.url("/cam?shift=2"), 1);
    await waitFor(() => one.packets.some(isBye));
    assert.equal(accessUnits(one.packets, 0, "h264").length, 50);
  });

  it("sends the same over UDP, from the ports that it named", async (t) => {
    const server = await serve(t);
    const one = await client(t, server);
    const rtp = createSocket("udp4");
    t.after(() => rtp.close());
    rtp.bind(0, "127.0.0.1");
    await once(rtp, "listening");
    const seen: { port: number; bytes: Buffer }[] = [];
    rtp.on("message", (bytes, { port }) => seen.push({ port, bytes }));
    const { port } = rtp.address();
    const url = server.url("/cam");
    const setup = await one.request("SETUP", `${url}/trackID=0`, {
      Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
    });
    assert.equal(setup.status, 200);
    const named = Number(/server_port=(\d+)-/.exec(setup.headers.get("transport") ?? "")?.[1]);
    await one.request("PLAY", url);
    await waitFor(
      () =>
        accessUnits(
          seen.map(({ bytes }) => ({ channel: 0, bytes })),
          0,
          "h264",
        ).length >= 50,
    );
    assert.ok(seen.every((packet) => packet.port === named));
  });

  for (const [name, path, headers, status] of [
    ["an unknown path", "/other/trackID=0", { Transport: "RTP/AVP/TCP;interleaved=0-1" }, 404],
    ["an unknown track", "/cam/trackID=7", { Transport: "RTP/AVP/TCP;interleaved=0-1" }, 404],
    ["multicast", "/cam/trackID=0", { Transport: "RTP/AVP;multicast" }, 461],
    ["no transport", "/cam/trackID=0", {}, 461],
    ["a foreign session", "/cam/trackID=0", { Session: "12345678", Transport: "RTP/AVP/TCP" }, 454],
  ] as const) {
    it(`answers SETUP of ${name} with ${status}`, async (t) => {
      const server = await serve(t);
      const one = await client(t, server);
      assert.equal((await one.request("SETUP", server.url(path), headers)).status, status);
    });
  }

  it("answers PLAY without SETUP, and methods it does not know, with the status that says so", async (t) => {
    const server = await serve(t);
    const one = await client(t, server);
    assert.equal((await one.request("PLAY", server.url("/cam"))).status, 455);
    assert.equal((await one.request("RECORD", server.url("/cam"))).status, 501);
    assert.match((await one.request("OPTIONS", "*")).headers.get("public") ?? "", /GET_PARAMETER/);
  });

  it("offers only the transports that it was told to", async (t) => {
    const server = await serve(t, { transports: ["udp"] });
    const one = await client(t, server);
    const transport = { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" };
    assert.equal((await one.request("SETUP", server.url("/cam/trackID=0"), transport)).status, 461);
  });

  it("ends a session that says nothing for its timeout, and keeps one that does", async (t) => {
    const server = await serve(t, { sessionTimeoutSeconds: 0.3 }, "h264-aac", "loop");
    const silent = await client(t, server);
    const talking = await client(t, server);
    await silent.play(server.url("/cam"), 1);
    await talking.play(server.url("/cam"), 1);
    const signs = setInterval(() => talking.socket.write(Buffer.from([0x24, 1, 0, 4, 0x80, 0xc9, 0, 0])), 50);
    t.after(() => clearInterval(signs));
    await waitFor(() => silent.isClosed, { what: "the silent client to be dropped" });
    assert.equal(talking.isClosed, false);
  });

  it("stops sending on TEARDOWN", async (t) => {
    const server = await serve(t, {}, "h264-aac", "loop");
    const one = await client(t, server);
    await one.play(server.url("/cam"), 1);
    await waitFor(() => one.packets.length > 5);
    assert.equal((await one.request("TEARDOWN", server.url("/cam"))).status, 200);
    await waitFor(() => one.isClosed);
    assert.equal(server.playing, 0);
  });

  it("drops units for a client that does not read, and goes on at a key frame", async (t) => {
    const source = sourceOfClip(await testClip("h264-aac"), { speed: 4_000 });
    const server = await serve(t, { mount: () => ({ source }) });
    const slow = await client(t, server);
    await slow.play(server.url("/cam"), 1);
    slow.socket.pause();
    await waitFor(() => server.counters.unitsDropped > 100, { what: "units to be dropped" });
    slow.packets.length = 0;
    slow.socket.resume();
    await waitFor(() => {
      const times = slow.packets
        .filter(({ channel }) => channel === 0)
        .map(({ bytes }) => ({ time: bytes.readUInt32BE(4), nal: (bytes[12] as number) & 0x1f }));
      const jump = times.findIndex((one, index) => {
        const before = times[index - 1];
        return before !== undefined && (one.time - before.time) >>> 0 > 3600;
      });
      // After the hole comes a sequence parameter set, which goes ahead of a key frame.
      return jump > 0 && times[jump]?.nal === 7;
    });
  });

  it("hangs up on what is no RTSP, and on headers without end", async (t) => {
    const server = await serve(t);
    for (const bytes of ["GET / HTTP/1.1\r\n\r\n", `OPTIONS * RTSP/1.0\r\n${"X: y\r\n".repeat(5_000)}`]) {
      const one = await client(t, server);
      one.socket.write(bytes);
      await waitFor(() => one.isClosed || one.answers[0]?.status === 400);
    }
  });

  it("refuses more clients than it may have", async (t) => {
    const server = await serve(t, { maxConnections: 1 });
    const first = await client(t, server);
    await first.request("OPTIONS", "*");
    const second = await client(t, server);
    await waitFor(() => second.isClosed);
    assert.equal((await first.request("OPTIONS", "*")).status, 200);
  });

  it("says which port it cannot have", async (t) => {
    const server = await serve(t);
    await assert.rejects(createRtspServer({ port: server.port, mount: () => undefined }), {
      code: "NJ_RTSP_LISTEN_FAILED",
    });
  });
});
