// Makes a folder a volume in a thread of its own: a path on a disk that hangs must not stop the recording of others.
import type { VolumeId } from "../../domain/ids.ts";
import { initialiseVolume } from "../store/volume-marker.ts";
import { answerApart, runApart } from "./disk-errand.ts";

const LIMIT_MS = 10_000;
const NAME = "initialiseVolume";

interface InitialisedVolume {
  readonly id: VolumeId;
  readonly created: boolean;
}

interface VolumeOrder {
  readonly path: string;
  /** The folder is there, or something is wrong: it is not made. */
  readonly folderExists?: boolean;
}

/** Creates the folder and its marker, or reads the one that is there. Rejects after ten seconds without an answer. */
export async function initialiseVolumeApart(order: VolumeOrder): Promise<InitialisedVolume> {
  const module = new URL(import.meta.url);
  const { path } = order;
  return (await runApart({ module, name: NAME, order, path, limitMs: LIMIT_MS })) as InitialisedVolume;
}

answerApart(
  NAME,
  ({ path, folderExists = false }: VolumeOrder): InitialisedVolume => {
    const { marker, created } = initialiseVolume(path, { folderExists });
    return { id: marker.id, created };
  },
  ({ path }, error) => ({
    path,
    message: `${path} cannot be made a volume: ${error instanceof Error ? error.message : String(error)}`,
  }),
);
