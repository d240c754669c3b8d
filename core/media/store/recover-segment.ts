// Finalises a recording file that a crash or a failed disk left unfinished: cuts it to its last whole part, appends the
// final moov and patches the header, exactly as closing would have. A part in the middle whose pictures never reached
// the disk is left where it is, as bytes that no sample points to (docs/decisions/0010). Also looks at files without touching them (fsck).
// Synchronous: for sync threads and jobs.
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { checksumBox } from "../mp4/checksum-box.ts";
import { PATCH_OFFSET } from "../mp4/identity-box.ts";
import { readSegment, type SegmentContent, type SegmentFileState } from "../mp4/read-segment.ts";
import { closeSegment, type SegmentFacts } from "../mp4/segment-close.ts";
import type { SegmentClosing } from "../mp4/summary-box.ts";
import { measuredChecksum, statedChecksum } from "./file-checksum.ts";
import { FileSource } from "./segment-file.ts";

export interface SegmentInspection {
  readonly state: SegmentFileState;
  /** What is wrong, for people; undefined if nothing is. */
  readonly problem: string | undefined;
  readonly sizeBytes: number;
  /** What an index row needs, volume and path apart; undefined for `unreadable` and `empty`. As recovery would make it. */
  readonly facts: SegmentFacts | undefined;
  /** Order of eviction on the volume, as written at the opening; 0 if unknown. */
  readonly writeSequence: number;
  /** What the bytes of a closed file sum up to, where that was asked for. */
  readonly measuredSha256?: string;
}

export interface RecoveryOptions {
  /** Why it was recorded, where that is known better than what was written at the opening (REASON_BITS). */
  readonly reasonBits?: number;
  /** Whether its run ended with it; a crash ends the run, so the default is true. */
  readonly endsRun?: boolean;
  /** End the file with its checksum; one that had it before gets it again. */
  readonly checksum?: boolean;
}

export interface RecoveryResult extends SegmentInspection {
  /** The state it was found in. `state` is what it is now: `closed`, `unreadable` or `empty`. */
  readonly found: SegmentFileState;
  /** Bytes after the last whole part that were cut off. */
  readonly cutBytes: number;
}

/**
 * Looks at a file. `verify`: reads all pictures of an unfinished file too; `measure`: sums up all bytes of a closed one.
 * Throws the system's error if it cannot be read; what is in it is told, not thrown.
 */
export function inspectSegment(
  file: string,
  options: RecoveryOptions & { readonly verify?: boolean; readonly measure?: boolean } = {},
): SegmentInspection {
  const source = new FileSource(file);
  try {
    const content = readSegment(source, { verify: options.verify === true });
    if (!("video" in content)) {
      return {
        state: content.state,
        problem: content.problem,
        sizeBytes: source.size,
        facts: undefined,
        writeSequence: content.opening?.writeSequence ?? 0,
      };
    }
    return {
      state: content.state,
      problem: content.problem,
      sizeBytes: source.size,
      facts: factsOf(content, source, options),
      writeSequence: content.opening.writeSequence,
      ...(options.measure === true && content.state === "closed" && content.moov !== undefined
        ? { measuredSha256: measuredChecksum(source, moovEndOf(content.moov)).toString("hex") }
        : {}),
    };
  } finally {
    source.close();
  }
}

/**
 * Makes an unfinished file a closed one, in place and durably. A closed file is left alone; one without a whole part
 * stays as it is, for only an explicit call deletes. Safe to repeat after a crash at any point.
 */
export function recoverSegment(file: string, options: RecoveryOptions = {}): RecoveryResult {
  const source = new FileSource(file);
  let content: ReturnType<typeof readSegment>;
  let closedFacts: SegmentFacts | undefined;
  let hadChecksum = false;
  const sizeBytes = source.size;
  try {
    content = readSegment(source, { verify: true });
    if ("video" in content) {
      if (content.state === "closed") closedFacts = factsOf(content, source, options);
      hadChecksum =
        content.moov !== undefined && statedChecksum(source, moovEndOf(content.moov)) !== undefined;
    }
  } finally {
    source.close();
  }
  const found = content.state;
  if (!("video" in content)) {
    return {
      found,
      state: content.state,
      problem: content.problem,
      sizeBytes,
      facts: undefined,
      writeSequence: content.opening?.writeSequence ?? 0,
      cutBytes: 0,
    };
  }
  const { writeSequence } = content.opening;
  if (found === "closed") {
    const facts = closedFacts;
    return { found, state: "closed", problem: undefined, sizeBytes, facts, writeSequence, cutBytes: 0 };
  }
  const hasChecksum = options.checksum === true || hadChecksum;
  const end = endOf(content, options, hasChecksum);
  const descriptor = openSync(file, "r+");
  try {
    // A final moov that is there already (killed between appending and patching) is written again, with the same content.
    ftruncateSync(descriptor, content.partsEnd);
    writeAll(descriptor, end.moov, content.partsEnd);
    const sha256 = hasChecksum
      ? appendChecksum(file, descriptor, content.partsEnd + end.moov.length)
      : undefined;
    fdatasyncSync(descriptor);
    writeAll(descriptor, end.patch, PATCH_OFFSET);
    fdatasyncSync(descriptor);
    const facts = sha256 === undefined ? end.summary : { ...end.summary, sha256 };
    return {
      found,
      state: "closed",
      problem: content.problem,
      sizeBytes: fstatSync(descriptor).size,
      facts,
      writeSequence,
      cutBytes: content.moov === undefined ? sizeBytes - content.partsEnd : 0,
    };
  } finally {
    closeSync(descriptor);
  }
}

/** The end that closing would give the file, from the samples of its whole parts. */
function endOf(content: SegmentContent, options: RecoveryOptions, hasChecksum = false) {
  const { summary } = content;
  const duration90k = summary?.duration90k ?? content.video.samples.duration;
  const reasonBits = options.reasonBits ?? content.opening.reasonBits;
  const closing: SegmentClosing = summary ?? {
    holes: content.holes,
    reasons: reasonBits === 0 ? [] : [{ offset90k: 0, duration90k, bits: reasonBits }],
    cameraClockOffsetMs: undefined,
    endsRun: options.endsRun ?? true,
  };
  return closeSegment({
    identity: content.opening.identity,
    tracks: content,
    moovOffset: content.partsEnd,
    closing,
    // A file whose final moov was complete lost nothing: it only lacked its patch.
    recovered: summary === undefined || summary.recovered,
    duration90k,
    hasChecksum,
  });
}

/** An index row's worth of facts: of a closed file as it is, of another as recovery would make it. */
function factsOf(content: SegmentContent, source: FileSource, options: RecoveryOptions): SegmentFacts {
  const { summary } = endOf(content, options);
  const { moov } = content;
  if (content.state !== "closed" || moov === undefined) return summary;
  const sha256 = statedChecksum(source, moovEndOf(moov));
  return {
    ...summary,
    sizeBytes: source.size,
    moovOffset: moov.offset,
    moovBytes: moov.bytes,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function moovEndOf(moov: { readonly offset: number; readonly bytes: number }): number {
  return moov.offset + moov.bytes;
}

/** Appends the sum of what was written up to `end`, which is read back; gives it in hexadecimal. */
function appendChecksum(file: string, descriptor: number, end: number): string {
  const source = new FileSource(file);
  try {
    const sum = measuredChecksum(source, end);
    writeAll(descriptor, checksumBox(sum), end);
    return sum.toString("hex");
  } finally {
    source.close();
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}
