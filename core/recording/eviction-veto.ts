// Asks whether recordings that are about to be deleted may be (the hook beforeEvict), and bounds what comes of that: an
// answer puts them off, and nobody keeps a disk from being overwritten, nor other cameras' recordings from their share.
import type { SegmentId, VolumeId } from "../domain/ids.ts";
import type { EvictionRequest } from "../plugin/contract/hook-data.ts";

/** Why these are to be kept for now; undefined: they may go. */
export type KeepReason = (request: EvictionRequest) => Promise<string | undefined>;

/** A recording that is about to be deleted. */
export interface DoomedSegment extends Pick<EvictionRequest, "camera" | "stream" | "why"> {
  readonly id: SegmentId;
  readonly sizeBytes: number;
}

export interface KeptBack {
  readonly ids: ReadonlySet<SegmentId>;
  /** The first reason that was given. */
  readonly reason: string | undefined;
}

/** Questions that are under way at a time: a plugin answers in a process of its own, which takes so many messages a second. */
const AT_ONCE = 64;
/** Of one stream and one cause at once; younger ones are asked about when their turn is nearer. */
const REQUEST_LIMIT = 500;

/** Which of them are kept back, `mostBytes` in all at most. Each stream is asked about once for each cause. */
export async function keptBack(
  volume: VolumeId,
  doomed: readonly DoomedSegment[],
  mostBytes: number,
  ask: KeepReason,
): Promise<KeptBack> {
  const groups = Map.groupBy(doomed, ({ camera, stream, why }) => `${camera} ${stream} ${why}`);
  const questions = [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { camera, stream, why } = first;
    const segments = all.slice(0, REQUEST_LIMIT).map(({ id, sizeBytes }) => ({ id, sizeBytes }));
    return [{ volume, camera, stream, why, segments }];
  });
  const answers: ({ readonly reason: string; readonly segments: EvictionRequest["segments"] } | undefined)[] =
    [];
  for (let begin = 0; begin < questions.length; begin += AT_ONCE) {
    answers.push(
      ...(await Promise.all(
        questions.slice(begin, begin + AT_ONCE).map(async (question) => {
          const reason = await ask(question);
          return reason === undefined ? undefined : { reason, segments: question.segments };
        }),
      )),
    );
  }
  const ids = new Set<SegmentId>();
  let reason: string | undefined;
  let leftBytes = mostBytes;
  for (const answer of answers) {
    for (const { id, sizeBytes } of answer?.segments ?? []) {
      if (sizeBytes > leftBytes) break;
      leftBytes -= sizeBytes;
      ids.add(id);
      reason ??= answer?.reason;
    }
  }
  return { ids, reason };
}
