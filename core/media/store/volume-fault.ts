// Errors of a volume: what the system said, in one class, with a sentence for people.
import type { Facts } from "../../domain/facts.ts";
import { NightjarError } from "../../errors.ts";
import type { VolumeHealth } from "./volume-events.ts";
import type { ThreadFault } from "./volume-messages.ts";

/** `ENOSPC`, `EIO`, `EROFS` … or `UNKNOWN`. */
export type SystemErrorCode = string;

/** An operation on a volume failed; `systemCode` says how. */
export class VolumeWriteError extends NightjarError {
  readonly systemCode: SystemErrorCode;

  constructor(volumePath: string, fault: ThreadFault) {
    const full = fault.code === "ENOSPC" || fault.code === "EDQUOT";
    super(
      full ? "NJ_VOLUME_FULL" : "NJ_VOLUME_WRITE_FAILED",
      full ? "resource-exhausted" : "unavailable",
      `${volumePath}: ${sentenceOf(fault)}`,
      { path: volumePath, systemCode: fault.code },
    );
    this.systemCode = fault.code;
  }
}

/** The health that a failed operation or probe stands for; undefined if it says nothing about the volume. */
export function healthOf(fault: ThreadFault): VolumeHealth | undefined {
  switch (fault.code) {
    case "NJ_MISMATCH":
      return "mismatch";
    case "EROFS":
      return "read-only";
    case "ENODEV":
    case "ENOENT":
    case "ENOTDIR":
    case "ENXIO":
    case "ESTALE":
    case "ENOTCONN":
    case "EHOSTDOWN":
    case "ESHUTDOWN":
      return "offline";
    case "ENOSPC":
    case "EDQUOT":
    case "EEXIST":
    case "EBADF":
      return undefined;
    default:
      return "error";
  }
}

/** Which case of a volume's trouble it is, to say it in other languages: `eio`, `erofs` … */
export function caseOf(fault: ThreadFault): Facts {
  return { case: fault.code.toLowerCase().replaceAll("_", "-") };
}

/** What is wrong and what to do, for people. */
export function sentenceOf(fault: ThreadFault): string {
  switch (fault.code) {
    case "ENOSPC":
    case "EDQUOT":
      return "the volume is full";
    case "EROFS":
      return "the volume is read-only: check the disk and mount it writable";
    case "EIO":
      return "the disk reports errors: check its cable and replace it if they stay";
    case "EACCES":
    case "EPERM":
      return "Nightjar may not write there: give its user the rights to the folder";
    case "EMFILE":
    case "ENFILE":
      return "too many files are open: raise the limit (ulimit -n)";
    default:
      return fault.message;
  }
}
