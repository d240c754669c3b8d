// Fuzz targets of the stream parsers: RTSP messages, session descriptions, RTP with its depacketisers, RTCP, parameter sets.
import { systemClock } from "../../../core/clock.ts";
import { NightjarError } from "../../../core/errors.ts";
import { annexBFromLengthPrefixed, splitAnnexB } from "../../../core/media/codec/annex-b.ts";
import { parseAudioSpecificConfig } from "../../../core/media/codec/audio-specific-config.ts";
import { readAvcC, readHvcC } from "../../../core/media/codec/decoder-config.ts";
import { parseH264Pps, parseH264Sps } from "../../../core/media/codec/h264-parameter-sets.ts";
import { parseH265PpsId, parseH265Sps } from "../../../core/media/codec/h265-parameter-sets.ts";
import { readSei } from "../../../core/media/codec/nal-units.ts";
import { formatFromDecoderConfig } from "../../../core/media/codec/video-format.ts";
import { readSenderReport } from "../../../core/media/rtp/rtcp.ts";
import { StreamAssembler } from "../../../core/media/rtp/stream-assembler.ts";
import type { TrackPlans } from "../../../core/media/rtp/track-plan.ts";
import { Authenticator } from "../../../core/media/rtsp/authentication.ts";
import { RtspFramer } from "../../../core/media/rtsp/rtsp-framer.ts";
import { controlUrl, parseRtspUrl } from "../../../core/media/rtsp/rtsp-url.ts";
import { parseSdp } from "../../../core/media/rtsp/sdp.ts";
import { StreamFaultError } from "../../../core/media/rtsp/stream-fault-error.ts";
import { planSession } from "../../../core/media/rtsp/track-planner.ts";
import { parseRtpInfo, parseSession, parseTransport } from "../../../core/media/rtsp/transport-header.ts";
import { SlabPool } from "../../../core/media/slab.ts";
import type { SourceSink } from "../../../core/media/source.ts";
import type { FuzzTarget } from "../fuzz-targets.ts";
import { cheapSdp, dahuaSdp, g726Sdp, hikvisionSdp, latmSdp } from "./sample-sessions.ts";
import {
  clipRecord,
  fu265,
  fuA,
  h264Sets,
  h265Sets,
  lengthed,
  rtpPacket,
  slice264,
  slice265,
} from "./sample-streams.ts";

const pool = new SlabPool({ budgetBytes: 64 * 1024 * 1024 });

/** Runs `action`; a fault of the stream is an answer, anything else is a failure. */
function allowingFaults(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof StreamFaultError)) throw error;
  }
}

const releasingSink: SourceSink = {
  runStarted: () => undefined,
  formatChanged: () => undefined,
  frame: (frame) => {
    if (
      frame.offset + frame.length > frame.slab.data.length ||
      frame.length < 1 ||
      !Number.isFinite(frame.time)
    ) {
      throw new NightjarError("NJ_TEST", "internal", "a frame lies outside its slab");
    }
    frame.slab.release();
  },
  loss: () => undefined,
  cameraClock: () => undefined,
  metadata: (xml) => {
    if (xml.length > 256 * 1024) throw new NightjarError("NJ_TEST", "internal", "a document is too long");
  },
  stateChanged: () => undefined,
  runEnded: () => undefined,
};

/** Feeds length-prefixed packets to an assembler; all memory must be back afterwards. */
function runPackets(plans: TrackPlans, track: "video" | "audio" | "metadata", bytes: Buffer): void {
  const assembler = new StreamAssembler({
    plans,
    sink: releasingSink,
    pool,
    clock: systemClock,
    counters: { packets: 0, packetsLost: 0, bytes: 0, frames: 0, keyFrames: 0, lastFrameAtMs: undefined },
    transport: "tcp",
    tls: false,
    events: { trouble: () => undefined, firstPicture: () => undefined },
    ssrc: 1,
  });
  let at = 0;
  let nowMs = 1;
  while (at + 2 <= bytes.length) {
    const end = Math.min(bytes.length, at + 2 + bytes.readUInt16BE(at));
    assembler.rtp(track, bytes, at + 2, end, nowMs);
    at = end;
    nowMs += 1;
  }
  assembler.close(undefined);
  if (pool.usedBytes !== 0) throw new NightjarError("NJ_TEST", "internal", "a slab was not given back");
}

function plansOf(sdp: string): TrackPlans {
  const plan = planSession(parseSdp(sdp), true);
  return { video: plan.video.plan, audio: plan.audio?.plan, metadata: plan.metadata?.plan };
}

/** The same without the picture's parameter sets: each session begins by reading them, and what is mutated comes after. */
function plansWithoutSets(sdp: string): TrackPlans {
  const plans = plansOf(sdp);
  return { ...plans, video: { ...plans.video, parameterSets: [] } };
}

/** The description brings the sets of every other input's session; the others have those of the stream alone. */
const videoPlans = [hikvisionSdp, dahuaSdp].map((sdp) => [plansOf(sdp), plansWithoutSets(sdp)] as const);
const metadataPlans = plansWithoutSets(hikvisionSdp);

function h264Corpus(): Buffer[] {
  const { sps, pps } = h264Sets();
  const stapA = Buffer.concat([Buffer.of(24), lengthed([sps, pps])]);
  const idr = slice264(5, true, 120);
  const fragments = fuA(idr, 50);
  const at = (sequence: number, timestamp: number, marker: boolean, payload: Uint8Array) =>
    rtpPacket({ sequence, timestamp, marker }, payload);
  return [
    lengthed([
      at(1, 0, false, stapA),
      ...fragments.map((payload, index) => at(2 + index, 0, index === fragments.length - 1, payload)),
      at(5, 3600, true, slice264(1, true)),
    ]),
    lengthed([
      at(65_534, 0xffffff00, false, sps),
      at(65_535, 0xffffff00, false, pps),
      at(0, 0xffffff00, true, idr),
      at(1, 3344, false, [6, 6, 1, 0x80, 0x80] as unknown as Uint8Array),
      at(2, 3344, true, slice264(1, true)),
    ]),
    lengthed([at(1, 0, true, Buffer.concat([sps, Buffer.of(0, 0, 0, 1), pps, Buffer.of(0, 0, 1), idr]))]),
  ];
}

function h265Corpus(): Buffer[] {
  const { vps, sps, pps } = h265Sets();
  const aggregate = Buffer.concat([Buffer.of(96, 1), lengthed([vps, sps, pps])]);
  const fragments = fu265(slice265(19, true, 120), 50);
  return [
    lengthed([
      rtpPacket({ sequence: 1, timestamp: 0 }, aggregate),
      ...fragments.map((payload, index) =>
        rtpPacket({ sequence: 2 + index, timestamp: 0, marker: index === fragments.length - 1 }, payload),
      ),
      rtpPacket({ sequence: 5, timestamp: 3600, marker: true }, slice265(1, true)),
    ]),
  ];
}

const audioPlans = [hikvisionSdp, latmSdp, g726Sdp, dahuaSdp].map(plansWithoutSets);

function audioCorpus(): Buffer[] {
  const aac = rtpPacket(
    { sequence: 1, timestamp: 0, marker: true },
    [0, 32, 0, 80, 0, 80],
    Buffer.alloc(20, 7),
  );
  const part = rtpPacket({ sequence: 2, timestamp: 2048 }, [0, 16, 1, 0x40], Buffer.alloc(20, 7));
  const latm = rtpPacket({ sequence: 3, timestamp: 4096, marker: true }, [20], Buffer.alloc(20, 9));
  return [lengthed([aac, part, part, latm]), lengthed([latm, latm])];
}

const encoder = new TextEncoder();
const MESSAGES = [
  "RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Base: rtsp://a/b/\r\nContent-Length: 5\r\n\r\nv=0\r\n",
  'RTSP/1.0 401 Unauthorized\nCSeq: 2\nWWW-Authenticate: Digest realm="x",\n  nonce="abc"\n\n',
  "OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 9\r\n\r\n",
  "RTSP/1.0 200 OK\r\nCSeq: 4\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1;timeout=60\r\n\r\n",
];

function rtspCorpus(): Buffer[] {
  const packet = rtpPacket({ sequence: 1, timestamp: 0, marker: true }, slice264(1, true));
  const framed = Buffer.concat([Buffer.of(0x24, 0, 0, packet.length), packet]);
  return MESSAGES.flatMap((text) => [
    Buffer.from(text),
    Buffer.concat([framed, framed, Buffer.from(text), framed, Buffer.of(0x24, 9, 0xff, 0xff), framed]),
  ]);
}

/** The framer gets each input in pieces whose sizes the input's own bytes decide, before and after PLAY. */
function runFramer(bytes: Buffer): void {
  const events = { packet: () => undefined, message: () => undefined };
  for (const interleaving of [false, true]) {
    const framer = new RtspFramer(events);
    if (interleaving) for (let channel = 0; channel < 4; channel += 1) framer.allowChannel(channel);
    allowingFaults(() => {
      let at = 0;
      while (at < bytes.length) {
        const size = 1 + ((bytes[at] as number) % 97);
        const piece = bytes.subarray(at, at + size);
        framer.push(piece, piece.length);
        at += size;
      }
    });
  }
}

function runHeaders(bytes: Buffer): void {
  const text = bytes.toString("latin1");
  const authenticator = new Authenticator({ username: "u", password: "p" }, false);
  authenticator.challenge([text], false);
  authenticator.authorization("DESCRIBE", "rtsp://a/b");
  authenticator.takeInfo(text);
  parseTransport(text);
  parseSession(text);
  parseRtpInfo(text);
  parseRtspUrl(text);
  controlUrl("rtsp://a/b?c=d", text);
}

function runParameterSets(bytes: Buffer): void {
  parseH264Sps(bytes);
  parseH264Pps(bytes);
  parseH265Sps(bytes);
  parseH265PpsId(bytes);
  readSei(bytes, 0, bytes.length, 1);
  readAvcC(bytes);
  readHvcC(bytes);
  formatFromDecoderConfig("h264", bytes);
  formatFromDecoderConfig("h265", bytes);
  parseAudioSpecificConfig(bytes);
  annexBFromLengthPrefixed(bytes);
  splitAnnexB(bytes);
}

function runVideo(plans: readonly TrackPlans[] | undefined, bytes: Buffer): void {
  runPackets(plans?.[bytes.length % 2] as TrackPlans, "video", bytes);
}

function runAudio(bytes: Buffer): void {
  // One packing an input, chosen by the input: all four would take four times as long and find no more.
  runPackets(audioPlans[bytes.length % audioPlans.length] as TrackPlans, "audio", bytes);
}

export const mediaFuzzTargets: readonly FuzzTarget[] = [
  { name: "rtsp-messages", corpus: rtspCorpus, run: runFramer },
  {
    name: "rtsp-headers",
    corpus: () =>
      [
        'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256, opaque="c", stale=true',
        "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=1234ABCD",
        "12345678;timeout=60",
        "url=rtsp://a/b/trackID=1;seq=45102;rtptime=12345678,url=rtsp://a/b/trackID=2;seq=1;rtptime=9",
        "rtsps://user:pass@[2001:db8::1]:322/a/b?c=d",
      ].map((text) => encoder.encode(text)),
    run: runHeaders,
  },
  {
    name: "sdp",
    corpus: () => [hikvisionSdp, dahuaSdp, cheapSdp, latmSdp, g726Sdp].map((text) => encoder.encode(text)),
    run: (bytes) => allowingFaults(() => void planSession(parseSdp(bytes.toString("utf8")), true)),
  },
  { name: "rtp-h264", corpus: h264Corpus, run: (bytes) => runVideo(videoPlans[0], bytes) },
  { name: "rtp-h265", corpus: h265Corpus, run: (bytes) => runVideo(videoPlans[1], bytes) },
  { name: "rtp-audio", corpus: audioCorpus, run: runAudio },
  {
    name: "rtp-metadata",
    corpus: () => [
      lengthed([
        rtpPacket({ sequence: 1, timestamp: 0 }, encoder.encode("<tt:MetadataStream>")),
        rtpPacket({ sequence: 2, timestamp: 0, marker: true }, encoder.encode("</tt:MetadataStream>")),
      ]),
    ],
    run: (bytes) => runPackets(metadataPlans, "metadata", bytes),
  },
  {
    name: "rtcp",
    corpus: () => [
      Buffer.concat([
        Buffer.from("80c8000600001234", "hex"),
        Buffer.alloc(20, 1),
        Buffer.from("81ca0003", "hex"),
      ]),
    ],
    run: (bytes) => void readSenderReport(bytes, 0, bytes.length),
  },
  {
    name: "parameter-sets",
    corpus: () => {
      const avc = h264Sets();
      const hevc = h265Sets();
      return [avc.sps, avc.pps, hevc.vps, hevc.sps, hevc.pps, clipRecord("h264-aac"), clipRecord("h265-aac")];
    },
    run: runParameterSets,
  },
];
