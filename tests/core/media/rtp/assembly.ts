// An assembler with a recording sink and a fake clock, fed by tests with packets.
import { StreamAssembler } from "../../../../core/media/rtp/stream-assembler.ts";
import type { TrackPlans } from "../../../../core/media/rtp/track-plan.ts";
import { parseSdp } from "../../../../core/media/rtsp/sdp.ts";
import { planSession } from "../../../../core/media/rtsp/track-planner.ts";
import { SlabPool } from "../../../../core/media/slab.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { RecordingSink } from "../recording-sink.ts";
import { rtpPacket } from "../sample-streams.ts";

export function plansOf(sdp: string): TrackPlans {
  const plan = planSession(parseSdp(sdp), true);
  return { video: plan.video.plan, audio: plan.audio?.plan, metadata: plan.metadata?.plan };
}

export function assemble(plans: TrackPlans, budgetBytes = 64 * 1024 * 1024) {
  const sink = new RecordingSink();
  const clock = new FakeClock();
  const pool = new SlabPool({ budgetBytes });
  const troubles: string[] = [];
  const assembler = new StreamAssembler({
    plans,
    sink,
    pool,
    clock,
    counters: { packets: 0, packetsLost: 0, bytes: 0, frames: 0, keyFrames: 0, lastFrameAtMs: undefined },
    transport: "tcp",
    tls: false,
    events: { trouble: (kind) => troubles.push(kind), firstPicture: () => undefined },
    ssrc: 7,
  });
  const sequences = { video: 100, audio: 500, metadata: 900 };
  return {
    sink,
    clock,
    pool,
    troubles,
    assembler,
    /** Skips sequence numbers, as loss does. */
    lose(track: "video" | "audio" | "metadata", count = 1): void {
      sequences[track] += count;
    },
    /** Sends a payload with the next sequence number. */
    send(
      track: "video" | "audio" | "metadata",
      timestamp: number,
      marker: boolean,
      ...payload: (Uint8Array | readonly number[])[]
    ): void {
      const packet = rtpPacket({ sequence: sequences[track], timestamp, marker }, ...payload);
      sequences[track] += 1;
      assembler.rtp(track, packet, 0, packet.length, clock.monotonicMs());
    },
    /** Sends a packet as it is. */
    raw(track: "video" | "audio" | "metadata", packet: Buffer): void {
      assembler.rtp(track, packet, 0, packet.length, clock.monotonicMs());
    },
    /** Sends a sender report. */
    report(track: "video" | "audio", ntpMs: number, timestamp: number): void {
      const packet = Buffer.alloc(28);
      packet[0] = 0x80;
      packet[1] = 200;
      packet.writeUInt16BE(6, 2);
      const seconds = Math.floor(ntpMs / 1000);
      packet.writeUInt32BE(seconds + 2_208_988_800, 8);
      packet.writeUInt32BE(Math.round(((ntpMs - seconds * 1000) / 1000) * 2 ** 32) >>> 0, 12);
      packet.writeUInt32BE(timestamp >>> 0, 16);
      assembler.rtcp(track, packet, 0, packet.length, clock.monotonicMs());
    },
  };
}
