// What screens are told because of events: cameras to walls, sounds to walls and open pages. Each gets what its own account may
// see, and no more: the recorder decides, not the browser. Where nobody listens nothing is done.
import type { PopupEnd, PopupOrder, ScreenParts, SoundOrder } from "../linkage/screen-actions.ts";
import { mayDoWith, type Principal } from "../users/principal.ts";
import { maySeeEvent } from "./change.ts";
import type { ChangeFeed } from "./change-feed.ts";

/** Events whose end walls wait for; and events of whose end a pop-up that comes late must know. */
const MOST_REMEMBERED = 1_000;

export class Screens implements ScreenParts {
  readonly #changes: Pick<ChangeFeed, "show">;
  readonly #waitedFor = new Set<number>();
  readonly #over = new Set<number>();

  constructor(changes: Pick<ChangeFeed, "show">) {
    this.#changes = changes;
  }

  popup(order: PopupOrder): readonly string[] {
    const { walls, dwellSeconds, untilEnd, event } = order;
    const holds = untilEnd && event.id > 0 && event.end === undefined && !this.#over.has(event.id);
    const shown = new Set<string>();
    this.#changes.show("popup", (principal, screen) => {
      if (screen.kind !== "wall" || !isMeant(walls, screen.name)) return undefined;
      const cameras = order.cameras.filter((camera) => mayDoWith(principal, "live", camera));
      if (cameras.length === 0) return undefined;
      shown.add(screen.name);
      return { ...causeOf(order, principal), cameras, dwellSeconds, untilEnd: holds };
    });
    if (holds && shown.size > 0) remember(this.#waitedFor, event.id);
    return [...shown].sort();
  }

  sound(order: SoundOrder): ReturnType<ScreenParts["sound"]> {
    const { pattern, volumePercent, seconds, untilAcknowledged, where } = order;
    const reached = new Set<string>();
    let screens = 0;
    this.#changes.show("sound", (principal, screen) => {
      if (screen.kind === "wall") {
        // A wall sounds for whoever stands before it; what it is about is told to who may see it.
        if (where !== "walls" || !isMeant(order.walls, screen.name)) return undefined;
        reached.add(screen.name);
      } else if (where !== "pages" || !maySeeEvent(principal, order.event.camera)) return undefined;
      screens += 1;
      return { ...causeOf(order, principal), pattern, volumePercent, seconds, untilAcknowledged };
    });
    return { screens, walls: [...reached].sort() };
  }

  /** What was shown is to go: these cameras, or all, on these walls, or all. Answers the names of the walls that were told. */
  endPopups({ walls, cameras }: PopupEnd): readonly string[] {
    const told = new Set<string>();
    this.#changes.show("popup-end", (principal, screen) => {
      if (screen.kind !== "wall" || !isMeant(walls, screen.name)) return undefined;
      const seen = cameras.filter((camera) => mayDoWith(principal, "live", camera));
      if (cameras.length > 0 && seen.length === 0) return undefined;
      told.add(screen.name);
      return { cameras: seen };
    });
    return [...told].sort();
  }

  /** An event is over: walls that show it because of that need not any longer. */
  ended(event: number): void {
    remember(this.#over, event);
    if (!this.#waitedFor.delete(event)) return;
    this.#changes.show("popup-end", (_principal, { kind }) => (kind === "wall" ? { event } : undefined));
  }
}

function remember(set: Set<number>, event: number): void {
  set.add(event);
  const [oldest] = set;
  if (set.size > MOST_REMEMBERED && oldest !== undefined) set.delete(oldest);
}

function isMeant(walls: readonly string[], name: string): boolean {
  return walls.length === 0 || walls.includes(name);
}

/** What it is about, as far as the account may see it. */
function causeOf({ id, event, isTest }: PopupOrder | SoundOrder, principal: Principal): object {
  if (!maySeeEvent(principal, event.camera)) return { id, isTest };
  return {
    id,
    isTest,
    // One that is made up has no number that anybody could look for.
    ...(event.id > 0 ? { event: event.id } : {}),
    type: event.type,
    ...(event.camera === undefined ? {} : { camera: event.camera }),
    start: event.start,
  };
}
