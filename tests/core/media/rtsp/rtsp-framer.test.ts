import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RtspFramer } from "../../../../core/media/rtsp/rtsp-framer.ts";
import { headerOf, type RtspMessage } from "../../../../core/media/rtsp/rtsp-message.ts";
import { StreamFaultError } from "../../../../core/media/rtsp/stream-fault-error.ts";

function framer(channels: number[] = [0, 1]) {
  const packets: { channel: number; bytes: number[] }[] = [];
  const messages: RtspMessage[] = [];
  const subject = new RtspFramer({
    packet: (channel, data, start, end) => packets.push({ channel, bytes: [...data.subarray(start, end)] }),
    message: (message) => messages.push(message),
  });
  for (const channel of channels) subject.allowChannel(channel);
  return { subject, packets, messages };
}

/** An interleaved packet whose RTP version bits are right. */
function framed(channel: number, mark: number, size = 12): Buffer {
  const packet = Buffer.alloc(4 + size, mark);
  packet[0] = 0x24;
  packet[1] = channel;
  packet.writeUInt16BE(size, 2);
  packet[4] = 0x80;
  return packet;
}

const answer = Buffer.from("RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 4\r\n\r\nbody");

describe("the framing of an RTSP connection", () => {
  it("gives the same packets and messages however the stream is cut into reads", () => {
    const stream = Buffer.concat([
      framed(0, 1),
      answer,
      framed(1, 2, 300),
      framed(0, 3),
      answer,
      framed(0, 4),
    ]);
    for (let size = 1; size <= stream.length; size += 1) {
      const { subject, packets, messages } = framer();
      for (let at = 0; at < stream.length; at += size) {
        const piece = stream.subarray(at, at + size);
        subject.push(piece, piece.length);
      }
      assert.deepEqual(
        packets.map(({ channel, bytes }) => [channel, bytes.length, bytes[1]]),
        [
          [0, 12, 1],
          [1, 300, 2],
          [0, 12, 3],
          [0, 12, 4],
        ],
        `pieces of ${size}`,
      );
      assert.deepEqual(
        messages.map((message) => message.body.toString()),
        ["body", "body"],
      );
    }
  });

  it("takes lone line feeds, folded headers and several headers of a name", () => {
    const { subject, messages } = framer([]);
    const text =
      'RTSP/1.0 401 No\nWWW-Authenticate: Digest realm="a",\n nonce="b"\nwww-authenticate: Basic realm="a"\n\n';
    subject.push(Buffer.from(text), text.length);
    assert.deepEqual(messages[0]?.headers.get("www-authenticate"), [
      'Digest realm="a", nonce="b"',
      'Basic realm="a"',
    ]);
    assert.equal(messages[0]?.status, 401);
  });

  it("finds its way again behind garbage and behind lengths that lie", () => {
    for (const garbage of [
      Buffer.from("garbage $ with dollars $$"),
      Buffer.from([0x24, 0x00, 0xff, 0xff, 0x00, 1, 2, 3]),
      Buffer.from([0x24, 0x09, 0x00]),
      Buffer.alloc(50_000, 0x52),
    ]) {
      const { subject, packets } = framer();
      const stream = Buffer.concat([framed(0, 1), garbage, framed(0, 2), framed(1, 3)]);
      for (let at = 0; at < stream.length; at += 1_000) {
        const piece = stream.subarray(at, at + 1_000);
        subject.push(piece, piece.length);
      }
      assert.deepEqual(
        packets.map(({ bytes }) => bytes[1]),
        [1, 2, 3],
      );
    }
  });

  it("passes over packets of channels that nobody set up", () => {
    const { subject, packets } = framer();
    const stream = Buffer.concat([framed(0, 1), framed(6, 9, 40), framed(0, 2)]);
    subject.push(stream, stream.length);
    assert.deepEqual(
      packets.map(({ bytes }) => bytes[1]),
      [1, 2],
    );
  });

  it("hands requests of the camera on", () => {
    const { subject, messages } = framer();
    const text = "OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 3\r\n\r\n";
    subject.push(Buffer.concat([framed(0, 1), Buffer.from(text)]), 16 + text.length);
    assert.deepEqual([messages[0]?.method, headerOf(messages[0] ?? assert.fail(), "cseq")], ["OPTIONS", "3"]);
  });

  for (const [name, bytes, words] of [
    ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", /web server/],
    ["something else", "SSH-2.0-OpenSSH_9.2\r\n", /does not speak RTSP/],
    ["an answer that never ends", `RTSP/1.0 200 OK\r\n${"X-More: y\r\n".repeat(7_000)}`, /64 KiB/],
    ["a body of a gigabyte", "RTSP/1.0 200 OK\r\nContent-Length: 1000000000\r\n\r\n", /1000000000 bytes/],
  ] as const) {
    it(`refuses ${name}`, () => {
      const { subject } = framer([]);
      const data = Buffer.from(bytes);
      assert.throws(
        () => subject.push(data, data.length),
        (error: unknown) =>
          error instanceof StreamFaultError &&
          error.fault.code === "protocol-error" &&
          words.test(error.message),
      );
    });
  }

  it("gives up after a megabyte of garbage", () => {
    const { subject } = framer();
    const noise = Buffer.alloc(300_000, 0x01);
    assert.throws(() => {
      for (let round = 0; round < 5; round += 1) subject.push(noise, noise.length);
    }, StreamFaultError);
  });
});
