// Which volume lies in a folder, looked up in a thread of its own with a time limit: the doctor runs in core too, and a disk
// may stop answering between two looks at it.
import { answerApart, runApart } from "../../media/process/disk-errand.ts";
import { readVolumeMarker } from "../../media/store/volume-marker.ts";

const NAME = "doctor-marker";
const LIMIT_MS = 5_000;

/** The id of the volume in a folder; undefined: none. Rejects as `readVolumeMarker` throws, or with `NJ_VOLUME_TIMEOUT`. */
export async function volumeIdIn(path: string): Promise<string | undefined> {
  const module = new URL(import.meta.url);
  const id = await runApart({ module, name: NAME, order: path, path, limitMs: LIMIT_MS });
  return typeof id === "string" ? id : undefined;
}

answerApart(
  NAME,
  (path: string) => readVolumeMarker(path)?.id,
  (path, error) => ({ path, message: String(error) }),
);
