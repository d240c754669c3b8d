// Makes the depacketiser that a track's plan asks for, with its arena.
import { G726Decoder } from "../codec/g726.ts";
import { H264_NAL, H265_NAL, h264NalType, h265NalType } from "../codec/nal-units.ts";
import type { VideoFormat } from "../format.ts";
import { FrameArena, type SlabPool } from "../slab.ts";
import { AacDepacketiser } from "./aac-depacketiser.ts";
import { type AccessUnitEvents, AccessUnitWriter } from "./access-unit-writer.ts";
import { G711Depacketiser, G726Depacketiser, OpusDepacketiser } from "./audio-depacketisers.ts";
import type { AudioOutput, Depacketiser, VideoOutput } from "./depacketiser.ts";
import { H264Depacketiser } from "./h264-depacketiser.ts";
import { H265Depacketiser } from "./h265-depacketiser.ts";
import { LatmDepacketiser } from "./latm-depacketiser.ts";
import { ParameterSetStore } from "./parameter-set-store.ts";
import type { AudioPlan, VideoPlan } from "./track-plan.ts";

/** A video track's depacketiser, and the format that the description's own parameter sets make, if they do. */
export function makeVideoDepacketiser(
  plan: VideoPlan,
  pool: SlabPool,
  output: VideoOutput,
  events: AccessUnitEvents,
): { readonly depacketiser: Depacketiser; readonly format: VideoFormat | undefined } {
  const sets = new ParameterSetStore(plan.codec);
  for (const nal of plan.parameterSets) takeSet(sets, plan, nal);
  const format = sets.takeChange();
  const writer = new AccessUnitWriter(new FrameArena(pool), sets, output, events);
  const depacketiser =
    plan.codec === "h264"
      ? new H264Depacketiser(writer, sets)
      : new H265Depacketiser(writer, sets, plan.hasOrderNumbers);
  return { depacketiser, format };
}

/** An audio track's depacketiser. */
export function makeAudioDepacketiser(plan: AudioPlan, pool: SlabPool, output: AudioOutput): Depacketiser {
  const arena = new FrameArena(pool);
  const packing = plan.packing;
  switch (packing.kind) {
    case "aac":
      return new AacDepacketiser(arena, output, packing.layout);
    case "latm":
      return new LatmDepacketiser(arena, output, {
        clockRate: plan.clockRate,
        inBand: packing.muxConfigInBand,
        subFrames: packing.subFrames,
        unitDuration: packing.unitDuration,
      });
    case "g711":
      return new G711Depacketiser(arena, output, plan.format?.channels ?? 1);
    case "opus":
      return new OpusDepacketiser(arena, output);
    case "g726":
      return new G726Depacketiser(arena, output, new G726Decoder(packing.rate, packing.packing));
  }
}

function takeSet(sets: ParameterSetStore, plan: VideoPlan, nal: Buffer): void {
  const first = nal[0];
  if (first === undefined) return;
  if (plan.codec === "h264") {
    const type = h264NalType(first);
    if (type === H264_NAL.sps) sets.take(1, nal, 0, nal.length);
    else if (type === H264_NAL.pps) sets.take(2, nal, 0, nal.length);
    return;
  }
  const type = h265NalType(first);
  if (type === H265_NAL.vps) sets.take(0, nal, 0, nal.length);
  else if (type === H265_NAL.sps) sets.take(1, nal, 0, nal.length);
  else if (type === H265_NAL.pps) sets.take(2, nal, 0, nal.length);
}
