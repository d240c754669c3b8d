// The player of a tile. Where another stream of the same camera is wanted, as when a small tile becomes a large one, the picture
// on show stays and goes on until the new stream has one: nobody looks at black in between.
import { effect, type ReadonlySignal, type signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { CameraStream, StreamName } from "../../api/types.ts";
import { LivePlayer } from "../../player/live-player.ts";
import { watchView } from "./in-view.ts";

/** A stream that brings no picture for so long has its own state shown. */
const HANDOVER_MS = 10_000;

interface Wanted {
  readonly camera: string;
  readonly isOn: boolean;
  readonly label: string;
  readonly stream: StreamName;
  readonly streams: readonly CameraStream[];
  /** `?player=` of the page. */
  readonly forced: string | null;
}

interface Playing {
  readonly camera: string;
  readonly player: LivePlayer;
}

/** Plays into the box. `isHandingOver`: what is on show is the earlier stream's, and live. */
export function useLivePlayer(
  box: RefObject<HTMLElement | null>,
  wanted: Wanted,
  opened: () => void,
): {
  readonly player: ReadonlySignal<LivePlayer | undefined>;
  readonly isHandingOver: ReadonlySignal<boolean>;
} {
  const { camera, isOn, label, stream, streams, forced } = wanted;
  const player = useSignal<LivePlayer | undefined>(undefined);
  const isHandingOver = useSignal(false);
  const earlier = useRef<Playing | undefined>(undefined);
  const names = streams.map((one) => one.stream).join();
  useEffect(() => {
    const before = earlier.current;
    earlier.current = undefined;
    if (!isOn || box.current === null) {
      before?.player.close();
      return;
    }
    const next = new LivePlayer({ box: box.current, camera, label, stream, streams, forced });
    const endHandover = handOver(before, { camera, player: next }, isHandingOver);
    player.value = next;
    opened();
    const unwatch = watchView(box.current, (inView) => next.setInView(inView));
    return () => {
      unwatch();
      endHandover();
      player.value = undefined;
      // Whoever comes next takes it over, or ends it.
      earlier.current = { camera, player: next };
    };
  }, [camera, isOn, stream, names, forced]);
  // After the one above: at the end of the tile nobody comes next.
  useEffect(
    () => () => {
      earlier.current?.player.close();
      earlier.current = undefined;
    },
    [],
  );
  return { player, isHandingOver };
}

/** Ends `before` as soon as `next` shows something of its own; at once where it shows nothing, or another camera. */
function handOver(
  before: Playing | undefined,
  next: Playing,
  isOn: ReturnType<typeof signal<boolean>>,
): () => void {
  if (before === undefined) return () => undefined;
  if (before.camera !== next.camera || before.player.state.value.kind !== "live") {
    before.player.close();
    return () => undefined;
  }
  before.player.setSound(false);
  isOn.value = true;
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    isOn.value = false;
    before.player.close();
  };
  const timer = setTimeout(end, HANDOVER_MS);
  const unwatch = effect(() => {
    if (next.player.state.value.kind !== "connecting") end();
  });
  return () => {
    unwatch();
    end();
  };
}
