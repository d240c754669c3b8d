import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RequestReader, type RtspRequest } from "../../../../core/media/rtsp-server/request-reader.ts";
import { readTransport } from "../../../../core/media/rtsp-server/transport-header.ts";

interface Seen {
  readonly requests: RtspRequest[];
  readonly packets: { channel: number; bytes: string }[];
  readonly reader: RequestReader;
}

function reader(): Seen {
  const requests: RtspRequest[] = [];
  const packets: { channel: number; bytes: string }[] = [];
  return {
    requests,
    packets,
    reader: new RequestReader(
      (request) => requests.push(request),
      (channel, bytes) => packets.push({ channel, bytes: bytes.toString("latin1") }),
    ),
  };
}

const MIX = Buffer.concat([
  Buffer.from("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n\r\n"),
  Buffer.from([0x24, 1, 0, 3]),
  Buffer.from("abc"),
  Buffer.from("SET_PARAMETER rtsp://h/p RTSP/1.0\r\ncseq:2\r\nContent-Length: 4\r\n\r\nbody"),
]);

describe("requests of RTSP clients", () => {
  it("are read whole, however the bytes arrive", () => {
    for (const step of [1, 2, 7, MIX.length]) {
      const seen = reader();
      for (let at = 0; at < MIX.length; at += step) seen.reader.push(MIX.subarray(at, at + step));
      assert.deepEqual(
        seen.requests.map(({ method, url, headers, body }) => [
          method,
          url,
          headers.get("cseq"),
          body.toString(),
        ]),
        [
          ["OPTIONS", "*", "1", ""],
          ["SET_PARAMETER", "rtsp://h/p", "2", "body"],
        ],
      );
      assert.deepEqual(seen.packets, [{ channel: 1, bytes: "abc" }]);
    }
  });

  for (const [name, bytes] of [
    ["no request line", "HELLO\r\n\r\n"],
    ["another protocol", "GET / HTTP/1.1\r\n\r\n"],
    ["a header of more than 16 KiB", `OPTIONS * RTSP/1.0\r\n${"a: b\r\n".repeat(3_000)}`],
    ["a body of more than 64 KiB", "OPTIONS * RTSP/1.0\r\nContent-Length: 70000\r\n\r\n"],
    ["a negative length", "OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n"],
    ["a length that is no number", "OPTIONS * RTSP/1.0\r\nContent-Length: 1e400\r\n\r\n"],
  ] as const) {
    it(`are refused with ${name}`, () => {
      assert.throws(() => reader().reader.push(Buffer.from(bytes)), { code: "NJ_RTSP_REQUEST_INVALID" });
    });
  }
});

describe("Transport header of a client", () => {
  for (const [header, expected] of [
    ["RTP/AVP/TCP;unicast;interleaved=4-5", [{ kind: "tcp", rtp: 4, rtcp: 5 }]],
    ["RTP/AVP/TCP;unicast", [{ kind: "tcp", rtp: 2, rtcp: 3 }]],
    ["RTP/AVP;unicast;client_port=5000-5001", [{ kind: "udp", rtp: 5000, rtcp: 5001 }]],
    ["RTP/AVP/UDP;client_port=5000", [{ kind: "udp", rtp: 5000, rtcp: 5001 }]],
    [
      "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1",
      [
        { kind: "udp", rtp: 5000, rtcp: 5001 },
        { kind: "tcp", rtp: 0, rtcp: 1 },
      ],
    ],
    ["RTP/AVP;multicast;client_port=5000-5001", []],
    ["RTP/AVP;unicast;client_port=0-1", []],
    ["RTP/AVP;unicast;client_port=70000-70001", []],
    ["RTP/AVP/TCP;interleaved=300-301", []],
    ["RTP/SAVP;client_port=5000-5001", []],
    ["", []],
  ] as const) {
    it(`"${header}" offers ${expected.length === 0 ? "nothing" : expected.map(({ kind }) => kind).join(", ")}`, () => {
      assert.deepEqual(readTransport(header, 2), expected);
    });
  }
});
