// After a start: files that a former process left unfinished are finalised and reported, one after the other in a
// sync thread of their volume, while new ones are being recorded (data plane, section 5).
import type { Clock } from "../../clock.ts";
import type { SegmentId } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { MediaReport } from "../protocol.ts";
import type { RecoveryResult } from "../store/recover-segment.ts";
import type { VolumeWriteError } from "../store/volume-writer.ts";
import type { Volume } from "./volume.ts";
import type { WrittenSegment } from "./written-log.ts";

const RETRY_MS = 2_000;

export interface RecoveryServices {
  readonly clock: Clock;
  readonly log: Log;
  report(report: MediaReport): void;
}

/** Recovers `unfinished` on `volume` in the background. A volume that is away is tried again while it is. */
export function recoverVolume(
  volume: Volume,
  unfinished: readonly WrittenSegment[],
  services: RecoveryServices,
): void {
  const waiting = unfinished.filter((segment) => !volume.isOpen(segment.path));
  if (waiting.length === 0) return;
  const next = (): void => {
    const segment = waiting[0];
    if (segment === undefined || volume.isClosed) return;
    if (!volume.accepts && volume.status !== "full") {
      services.clock.after(RETRY_MS, next);
      return;
    }
    volume.writer.recover(segment.path, (error, result) => {
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
    });
  };
  // What was asked for before of a file that was given up must have reached it, or failed.
  services.clock.after(RETRY_MS, next);
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
    volume.noteClosed(path);
    services.log.notice("an unfinished recording was recovered", { path, cutBytes: result.cutBytes });
    services.report({
      kind: "segment-closed",
      segment: { ...result.facts, volume: volume.id, path, writeSequence },
    });
    return;
  }
  services.log.warn("an unfinished recording holds no whole picture", { path, reason: result?.problem });
  // What cannot be read is left to `fsck`; it is not looked at again at every start.
  volume.noteClosed(path);
  const id = path.slice(path.lastIndexOf("/") + 1, -4) as SegmentId;
  services.report({ kind: "segment-abandoned", id, volume: volume.id, path });
}
