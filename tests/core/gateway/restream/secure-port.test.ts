// RTSP over TLS as a client meets it: verified by the recorder's root, no picture beside the connection, certificates renewed
// while people watch, and strangers who never finish a handshake.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { after, afterEach, before, describe, it } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { removeOwnCertificate, storeOwnCertificate } from "../../../../core/gateway/doors/own-certificate.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { PlainClient } from "../../media/rtsp-server/plain-client.ts";
import { H264_FORMAT, liveFrame, startTestGateway, type TestGateway } from "../fake-peers.ts";
import { logIn, watchOver } from "./digest-client.ts";

const ANNA = { username: "anna", password: "stream-secret" };
/** An AVCDecoderConfigurationRecord. */
const DESCRIPTION = "AULACv/hABRnQsAK2hCIgAAAAwCAAAADAAAAAAEABGjODyw=";
const FORMAT = {
  ...H264_FORMAT,
  video: { codec: "avc1.42c00a", width: 64, height: 64, description: DESCRIPTION },
};
const RTSPS = { port: 0, host: "127.0.0.1", enabled: true };

function picture(number: number, bytes = 40): Buffer {
  const about = { keyFrame: number === 0, frameNumber: number, time90k: number * 3_600 };
  const frame = liveFrame(about, bytes + 4, 7);
  frame.writeUInt32BE(bytes, 32);
  frame[36] = number === 0 ? 0x65 : 0x41;
  return frame;
}

describe("RTSP over TLS (attack list A16, A25)", () => {
  let gateway: TestGateway;
  let root: string;
  const sockets: Socket[] = [];
  const url = (path: string) => `rtsps://127.0.0.1:${gateway.rtspsPort}${path}`;

  before(async () => {
    gateway = await startTestGateway({ settings: { rtsps: RTSPS } });
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription, FORMAT);
      for (let number = 0; number < 5; number += 1) gateway.media.frame(subscription, picture(number));
    };
    root = await (await fetch(`${gateway.http}/ca.crt`)).text();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(() => gateway.stop());

  /** A connection without a handshake. */
  function knock(): Socket {
    const socket = connect(gateway.rtspsPort, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    sockets.push(socket);
    return socket;
  }

  /** One whose handshake has verified the recorder. */
  async function shakeHands(over?: Duplex): Promise<TLSSocket> {
    const place = over === undefined ? { port: gateway.rtspsPort, host: "127.0.0.1" } : { socket: over };
    const socket = connectTls({ ...place, ca: root, servername: "localhost" });
    sockets.push(socket);
    await once(socket, "secureConnect");
    return socket;
  }

  async function viewer(path: string): Promise<PlainClient> {
    const client = PlainClient.over(await shakeHands());
    await watchOver(client, url(path), ANNA);
    await waitFor(() => client.packets.length >= 7, { what: "pictures" });
    return client;
  }

  it("gives pictures to who verifies the recorder by its root, and tells the audit log so", async () => {
    const before = gateway.core.audits.length;
    await viewer("/yard");
    await waitFor(() => gateway.core.audits.length > before, { what: "the audit" });
    assert.deepEqual(gateway.core.audits.at(-1)?.detail, { stream: "main", transport: "tls" });
  });

  it("offers no UDP, which would show everybody the pictures", async () => {
    const client = PlainClient.over(await shakeHands());
    await logIn(client, "DESCRIBE", url("/yard"), ANNA);
    const setUp = (transport: string) =>
      client.request("SETUP", url("/yard/trackID=0"), { Transport: transport });
    assert.equal((await setUp("RTP/AVP;unicast;client_port=5000-5001")).status, 461);
    const both = await setUp("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=0-1");
    assert.match(both.headers.get("transport") ?? "", /^RTP\/AVP\/TCP;/);
  });

  it("asks for the same log-in as the plain port, and hangs up at a revocation", async () => {
    const stranger = PlainClient.over(await shakeHands());
    assert.equal((await stranger.request("DESCRIBE", url("/yard"))).status, 401);
    const client = await viewer("/yard");
    gateway.core.link.notify("revoked", { sessionIds: ["stream-password:anna"] });
    await waitFor(() => client.isClosed, { what: "the end" });
  });

  it("serves a renewed certificate to the next who comes, and leaves those who watch alone", async () => {
    const client = await viewer("/gate");
    const old = (client.socket as TLSSocket).getPeerCertificate().serialNumber;
    await gateway.core.change({ ...gateway.core.settings, certificateNames: ["nvr.example"] });
    const now = await shakeHands();
    assert.notEqual(now.getPeerCertificate().serialNumber, old);
    assert.match(now.getPeerCertificate().subjectaltname ?? "", /nvr\.example/);
    const had = client.packets.length;
    const { subscription = 0 } = gateway.media.subscribed.findLast(({ camera }) => camera === "gate") ?? {};
    gateway.media.frame(subscription, picture(5));
    await waitFor(() => client.packets.length > had, { what: "the next picture" });
    assert.equal(client.isClosed, false);
  });

  it("serves the owner's own certificate as soon as it is there, and the recorder's when it is gone", async () => {
    const own = await generate([{ name: "commonName", value: "nvr.example" }], {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const served = async (ca: string) => {
      const socket = connectTls({ port: gateway.rtspsPort, host: "127.0.0.1", ca, servername: "localhost" });
      sockets.push(socket);
      await once(socket, "secureConnect");
      return socket.getPeerCertificate().subject.CN;
    };
    await storeOwnCertificate(gateway.dataDir, { certificate: own.cert, key: own.private }, Date.now());
    await gateway.core.change(gateway.core.settings);
    assert.equal(await served(own.cert), "nvr.example");
    await removeOwnCertificate(gateway.dataDir);
    await gateway.core.change(gateway.core.settings);
    assert.equal(await served(root), "Nightjar");
  });

  it("hangs up on who takes nothing, and delays nobody", { timeout: 60_000 }, async () => {
    const clock = new FakeClock(Date.now());
    const other = await startTestGateway({ clock, settings: { rtsps: RTSPS } });
    try {
      other.media.onSubscribe = (subscription) => {
        other.media.format(subscription, FORMAT);
        other.media.frame(subscription, picture(0));
      };
      const ca = await (await fetch(`${other.http}/ca.crt`)).text();
      const [good, stuck] = await Promise.all(
        [1, 2].map(async () => {
          const socket = connectTls({
            port: other.rtspsPort,
            host: "127.0.0.1",
            ca,
            servername: "localhost",
          });
          sockets.push(socket);
          await once(socket, "secureConnect");
          const client = PlainClient.over(socket);
          await watchOver(client, `rtsps://127.0.0.1:${other.rtspsPort}/yard`, ANNA);
          return client;
        }),
      );
      assert.ok(good !== undefined && stuck !== undefined);
      stuck.socket.pause();
      const subscription = other.media.subscribed[0]?.subscription ?? 0;
      for (let second = 0; second < 30; second += 1) {
        for (let frame = 0; frame < 4; frame += 1) {
          other.media.frame(subscription, picture(frame, 400_000));
        }
        const had = good.packets.length;
        await waitFor(() => good.packets.length > had, { what: "the good one's pictures" });
        clock.advance(1_000);
      }
      // Paused sockets do not notice their end before they read on.
      stuck.socket.resume();
      await waitFor(() => stuck.isClosed, { what: "the stuck one's end" });
      assert.equal(good.isClosed, false);
    } finally {
      await other.stop();
    }
  });

  it("gives ten seconds for a handshake", { timeout: 60_000 }, async () => {
    const socket = knock();
    await once(socket, "connect");
    const begin = performance.now();
    await once(socket, "close");
    assert.ok(performance.now() - begin > 9_000);
  });

  it("hangs up on plain RTSP, on noise before and after the handshake, and on old TLS", async () => {
    for (const words of ["OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", Buffer.alloc(50_000, 0x16)]) {
      const socket = knock();
      const closed = once(socket, "close");
      socket.write(words);
      await closed;
    }
    // A client that does not hear that it is told off, and so does not hang up by itself.
    const raw = knock();
    const deaf = new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => void raw.write(chunk, done),
    });
    const hear = (chunk: Buffer) => deaf.push(chunk);
    raw.on("data", hear);
    await shakeHands(deaf);
    raw.off("data", hear);
    raw.resume();
    const closed = once(raw, "close");
    raw.write(Buffer.alloc(100, 0x58));
    await closed;
    const old = connectTls({
      port: gateway.rtspsPort,
      host: "127.0.0.1",
      ca: root,
      servername: "localhost",
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await assert.rejects(once(old, "secureConnect"));
    await viewer("/yard");
  });

  it("bounds what a client may send as the plain port does", async () => {
    for (const words of [`OPTIONS ${"x".repeat(20_000)} RTSP/1.0\r\n\r\n`, Buffer.alloc(300_000, 0x24)]) {
      const socket = await shakeHands();
      socket.on("error", () => undefined);
      socket.resume();
      const closed = once(socket, "close");
      socket.write(words);
      await closed;
    }
  });

  it("lets people in while hundreds begin a handshake and never end it", { timeout: 60_000 }, async () => {
    const strangers = Array.from({ length: 500 }, () => {
      const socket = knock();
      // The head of a record that never comes.
      socket.write(Buffer.from("1603010200", "hex"));
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
    await viewer("/yard");
    await waitFor(() => strangers.filter(({ readyState }) => readyState === "open").length <= 64, {
      what: "the strangers to give way",
    });
  });

  it("closes with the switch, also for who is still shaking hands", async () => {
    const client = await viewer("/shed");
    const half = knock();
    await once(half, "connect");
    const closed = once(half, "close");
    await gateway.core.change({ ...gateway.core.settings, rtsps: { ...RTSPS, enabled: false } });
    await closed;
    await waitFor(() => client.isClosed, { what: "the end" });
    assert.equal(gateway.core.listening.at(-1)?.rtsps, undefined);
    assert.notEqual(gateway.core.listening.at(-1)?.rtsp, undefined);
  });
});
