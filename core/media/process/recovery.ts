// Files that were never closed are finalised and reported, one after the other in a sync thread of their volume, while
// new ones are being recorded (docs/design/storage-and-quota.md). The list of written segments names them; what a power loss took
// from the list is found by a scan of the newest hours, and a list that is gone is made again by a scan of all.
// Neither list nor journal is synced at every line: what was closed in the last minutes before the end is told again.
import type { Clock } from "../../clock.ts";
import type { SegmentId } from "../../domain/ids.ts";
import { TICKS_PER_MS } from "../../domain/time.ts";
import type { Log } from "../../log.ts";
import type { MediaReport } from "../protocol.ts";
import type { RecoveryResult } from "../store/recover-segment.ts";
import { scanVolume } from "../store/scan-volume.ts";
import type { VolumeWriteError } from "../store/volume-writer.ts";
import type { Volume } from "./volume.ts";
import type { WrittenSegment, WrittenTail } from "./written-log.ts";

const RETRY_MS = 2_000;
/** What was written so recently may be missing from the books after a power loss. */
const RECENT_MS = 3_600_000;
/** A system writes back what a program appended within half a minute or so; four times that. */
const UNWRITTEN_MS = 120_000;

export interface RecoveryServices {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a run is of this process: what it writes itself is not to be recovered. */
  isOwnRun(run: number): boolean;
  report(report: MediaReport): void;
}

/** Recovers in the background what a former process left on `volume`. */
export function recoverVolume(volume: Volume, tail: WrittenTail, services: RecoveryServices): void {
  recoverFiles(volume, tail.unfinished, services, () => {
    search(volume, tail, services).catch((error: unknown) =>
      services.log.warn("a volume cannot be searched for unfinished recordings", {
        volume: volume.id,
        reason: String(error),
      }),
    );
  });
}

/** Recovers `unfinished` on `volume` in the background, then calls `onDone`. A volume that is away is waited for. */
export function recoverFiles(
  volume: Volume,
  unfinished: readonly WrittenSegment[],
  services: RecoveryServices,
  onDone: () => void = () => undefined,
): void {
  const waiting = [...unfinished];
  const next = (): void => {
    if (volume.isClosed) return;
    const segment = waiting[0];
    if (!volume.accepts && volume.status !== "full") {
      services.clock.after(RETRY_MS, next);
      return;
    }
    if (segment === undefined) {
      onDone();
      return;
    }
    volume.writer.recover(
      segment.path,
      (error, result) => {
        if (error !== undefined && error.systemCode !== "ENOENT") {
          services.log.warn("an unfinished recording cannot be recovered yet", {
            path: segment.path,
            reason: error.message,
          });
          services.clock.after(RETRY_MS, next);
          return;
        }
        waiting.shift();
        settle(volume, segment, error, result, services);
        next();
      },
      { checksum: volume.wantsChecksums },
    );
  };
  // What was asked for before of a file that was given up must have reached it, or failed.
  services.clock.after(RETRY_MS, next);
}

/** Looks for files that the list of written segments does not know. */
async function search(volume: Volume, tail: WrittenTail, services: RecoveryServices): Promise<void> {
  const recentMs = services.clock.wallMs() - RECENT_MS;
  const newestMs = Math.max(0, ...Array.from(tail.known, startMsOf));
  const options = tail.isMissing ? {} : { sinceMs: Math.min(newestMs, recentMs) };
  const closed: WrittenSegment[] = [];
  const unfinished: WrittenSegment[] = [];
  for await (const file of scanVolume(volume.desired.path, { ...options, inspect: "structure" })) {
    const { path, name, inspection } = file;
    if (volume.isClosed) return;
    if (name === undefined || inspection === undefined || services.isOwnRun(runOf(path))) continue;
    const isKnown = tail.known.has(path);
    const segment = { path, writeSequence: inspection.writeSequence };
    if (inspection.state !== "closed") {
      if (!isKnown) unfinished.push(segment);
      continue;
    }
    if (!isKnown) closed.push(segment);
    const { facts } = inspection;
    if (facts === undefined || volume.evictor.isGoing(path)) continue;
    // Its report may have been lost, with its line in the list or without.
    const closedMs = name.startMs + facts.duration90k / TICKS_PER_MS;
    if (isKnown ? closedMs >= newestMs - UNWRITTEN_MS : name.startMs >= recentMs) {
      services.report({ kind: "segment-closed", segment: { ...facts, volume: volume.id, ...segment } });
    }
  }
  if (closed.length + unfinished.length === 0) return;
  services.log.notice("found recordings that the list of written segments did not know", {
    volume: volume.id,
    files: closed.length + unfinished.length,
  });
  volume.noteFound(closed, unfinished);
  recoverFiles(volume, unfinished, services);
}

/** `<start>-<node>-<run>-<sequence>.mp4`, where the node's name may hold hyphens. */
function runOf(path: string): number {
  return Number(path.split("-").at(-2));
}

function startMsOf(path: string): number {
  return Number.parseInt(path.slice(path.lastIndexOf("/") + 1), 10) || 0;
}

function settle(
  volume: Volume,
  segment: WrittenSegment,
  error: VolumeWriteError | undefined,
  result: RecoveryResult | undefined,
  services: RecoveryServices,
): void {
  const { path, writeSequence } = segment;
  if (error !== undefined) {
    // Noted as opened, never made: the crash came in between.
    volume.noteGone(path);
    return;
  }
  if (result?.facts !== undefined && result.state === "closed") {
    services.log.notice("an unfinished recording was recovered", { path, cutBytes: result.cutBytes });
    services.report({
      kind: "segment-closed",
      segment: { ...result.facts, volume: volume.id, path, writeSequence },
    });
    return;
  }
  services.log.warn("an unfinished recording holds no whole picture", { path, reason: result?.problem });
  if (result?.state === "empty") {
    // Begun and never filled, as each camera leaves one after a power loss.
    volume.writer.remove(path, (failure) => {
      if (failure === undefined) volume.noteGone(path);
    });
  } else {
    // What cannot be read is left to `fsck`; it is not looked at again at every start.
    volume.noteClosed(path);
  }
  const id = path.slice(path.lastIndexOf("/") + 1, -4) as SegmentId;
  services.report({ kind: "segment-abandoned", id, volume: volume.id, path });
}
