// The sample tables of a track (children of stbl, ISO/IEC 14496-12 §8.5–8.9): when each sample is decoded and
// shown, where it lies, how long it is, and where decoding can start.
import type { BoxWriter } from "./box-writer.ts";
import type { SampleList } from "./sample-list.ts";

const LIMIT_32_BIT = 0x100000000;

/** The tables of a track whose samples come in fragments. */
export function writeEmptySampleTables(writer: BoxWriter, roll: number): void {
  writer.beginFull("stts", 0, 0).u32(0).end();
  writer.beginFull("stsc", 0, 0).u32(0).end();
  writer.beginFull("stsz", 0, 0).u32(0).u32(0).end();
  writer.beginFull("stco", 0, 0).u32(0).end();
  if (roll !== 0) writeRollDescription(writer, roll);
}

/** All tables of a complete track. `roll`: distance of the pre-roll group that every sample belongs to; 0: none. */
export function writeSampleTables(
  writer: BoxWriter,
  samples: SampleList,
  isVideo: boolean,
  roll: number,
): void {
  writeRuns(writer, "stts", 0, samples.count, (index) => samples.durationAt(index));
  if (samples.compositionOffsets !== undefined) {
    // Version 1: signed offsets, which a depth learnt underway needs.
    writeRuns(writer, "ctts", 1, samples.count, (index) => samples.compositionOffsetAt(index));
  }
  if (isVideo) {
    writeSyncSamples(writer, samples);
    writeDamaged(writer, samples);
  }
  writeChunks(writer, samples);
  writer.beginFull("stsz", 0, 0).u32(0).u32(samples.count);
  for (let index = 0; index < samples.count; index += 1) writer.u32(samples.sizes[index] as number);
  writer.end();
  if (roll !== 0) {
    writeRollDescription(writer, roll);
    writer.beginFull("sbgp", 0, 0).ascii("roll").u32(1).u32(samples.count).u32(1).end();
  }
}

/** Writes a table of (count, value) runs. */
function writeRuns(
  writer: BoxWriter,
  type: string,
  version: number,
  count: number,
  valueAt: (index: number) => number,
): void {
  writer.beginFull(type, version, 0);
  const countAt = writer.length;
  writer.u32(0);
  let runs = 0;
  for (let index = 0; index < count; ) {
    const value = valueAt(index);
    let end = index + 1;
    while (end < count && valueAt(end) === value) end += 1;
    writer.u32(end - index).i32(value);
    runs += 1;
    index = end;
  }
  writer.patchU32(countAt, runs).end();
}

function writeSyncSamples(writer: BoxWriter, samples: SampleList): void {
  writer.beginFull("stss", 0, 0);
  const countAt = writer.length;
  writer.u32(0);
  let keyFrames = 0;
  for (let index = 0; index < samples.count; index += 1) {
    if (!samples.isKeyFrame(index)) continue;
    writer.u32(index + 1);
    keyFrames += 1;
  }
  writer.patchU32(countAt, keyFrames).end();
}

/** Degradation priority 1 marks a damaged sample (stdp, §8.5.3); the box is left out when all are whole. */
function writeDamaged(writer: BoxWriter, samples: SampleList): void {
  let damaged = false;
  for (let index = 0; index < samples.count && !damaged; index += 1) damaged = samples.isDamaged(index);
  if (!damaged) return;
  writer.beginFull("stdp", 0, 0);
  for (let index = 0; index < samples.count; index += 1) writer.u16(samples.isDamaged(index) ? 1 : 0);
  writer.end();
}

/** Chunks are stretches of samples without anything between them: the samples of a part, as a rule. */
function writeChunks(writer: BoxWriter, samples: SampleList): void {
  const chunkOffsets: number[] = [];
  writer.beginFull("stsc", 0, 0);
  const countAt = writer.length;
  writer.u32(0);
  let entries = 0;
  let previousCount = 0;
  for (let index = 0; index < samples.count; ) {
    const offset = samples.offsets[index] as number;
    let next = offset + (samples.sizes[index] as number);
    let end = index + 1;
    while (end < samples.count && samples.offsets[end] === next) {
      next += samples.sizes[end] as number;
      end += 1;
    }
    chunkOffsets.push(offset);
    if (end - index !== previousCount) {
      previousCount = end - index;
      writer.u32(chunkOffsets.length).u32(previousCount).u32(1);
      entries += 1;
    }
    index = end;
  }
  writer.patchU32(countAt, entries).end();
  const wide = (chunkOffsets.at(-1) ?? 0) >= LIMIT_32_BIT;
  writer.beginFull(wide ? "co64" : "stco", 0, 0).u32(chunkOffsets.length);
  for (const offset of chunkOffsets) {
    if (wide) writer.u64(offset);
    else writer.u32(offset);
  }
  writer.end();
}

function writeRollDescription(writer: BoxWriter, roll: number): void {
  writer
    .beginFull("sgpd", 1, 0)
    .ascii("roll")
    .u32(2)
    .u32(1)
    .u16(roll & 0xffff)
    .end();
}
