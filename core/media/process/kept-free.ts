// How much of a volume's disk stays free, whatever was asked for: enough to go on while others write to it too
// (docs/design/storage-and-quota.md).
import { defaultReserveBytes } from "../../domain/default-reserve.ts";
import type { DesiredVolume } from "../protocol.ts";

const LEAST_BYTES = 2 * 1024 ** 3;
/** So much time of writing must fit. */
const SECONDS = 120;
/** What is kept beyond the wish takes no more of a disk than one part in so many. */
const SMALL_DISK_SHARE = 4;

/** Bytes that are to stay free: the wish, but at least 2 GiB and two minutes of writing where the disk is large enough. */
export function keptFreeBytes(
  { reserveBytes, exactReserve }: Pick<DesiredVolume, "reserveBytes" | "exactReserve">,
  writtenBytesPerSecond: number,
  totalBytes: number | undefined,
): number {
  const wish = reserveBytes ?? defaultReserveBytes(totalBytes);
  if (exactReserve === true) return wish;
  const least = Math.max(LEAST_BYTES, SECONDS * writtenBytesPerSecond);
  // On a small disk that would be all of it, and everything recorded deleted again.
  const affordable =
    totalBytes === undefined ? least : Math.min(least, Math.floor(totalBytes / SMALL_DISK_SHARE));
  return Math.max(wish, affordable);
}
