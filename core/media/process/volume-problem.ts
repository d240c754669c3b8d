// What is wrong with a volume, as a sentence for people.
import type { VolumeStatus } from "../protocol.ts";

/** `status` is undefined while the volume has not answered yet; `message` is what its writer said. */
export function volumeProblem(path: string, status: VolumeStatus | undefined, message: string): string {
  switch (status) {
    case undefined:
      return `the volume ${path} has not answered yet`;
    case "full":
      return `the volume ${path} is full and nothing on it may be deleted: add space, or allow overwriting`;
    case "slow":
      return `the volume ${path} is slow: what is recorded waits for the disk, and a power loss could cost more than ten seconds`;
    case "normal":
      return `the volume ${path} is in order`;
    default:
      return `the volume ${path} is ${status}: ${message}`;
  }
}
