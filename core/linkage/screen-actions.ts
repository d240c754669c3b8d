// The recorder's own actions on screens: cameras over everything else on walls, and sounds in browsers. Who gets to see or hear
// what is decided where screens are known; here is what a rule can say.
import { Type } from "typebox";
import { SOUND_PATTERNS, type SoundPattern } from "../domain/event-hints.ts";
import { NightjarError } from "../errors.ts";
import type { LinkageAction, LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { camerasField, camerasOf } from "./core-actions.ts";

const closed = { additionalProperties: false } as const;
/** A picture of what was a while ago would be taken for what is now. */
const SOON_SECONDS = 10;

/** What a wall is called: a word of its owner's, without blanks at its ends. */
export const WALL_NAME = "^\\S(?:.{0,38}\\S)?$";

interface ScreenOrder {
  /** The same when it is said again. */
  readonly id: string;
  readonly event: LinkageRequest["event"];
  readonly isTest: boolean;
  /** Names of walls; none: all that are open. */
  readonly walls: readonly string[];
}

/** Cameras that are to be shown over everything else. */
export interface PopupOrder extends ScreenOrder {
  readonly cameras: readonly string[];
  readonly dwellSeconds: number;
  /** As long as the event goes on, and `dwellSeconds` at least. */
  readonly untilEnd: boolean;
}

/** Cameras that are to be shown no longer. */
export interface PopupEnd {
  /** Names of walls; none: all that are open. */
  readonly walls: readonly string[];
  /** None: all. */
  readonly cameras: readonly string[];
}

/** A sound that is to be played. */
export interface SoundOrder extends ScreenOrder {
  readonly where: "pages" | "walls";
  readonly pattern: SoundPattern;
  readonly volumePercent: number;
  readonly seconds: number;
  readonly untilAcknowledged: boolean;
}

/** Screens as actions reach them. */
export interface ScreenParts {
  /** Answers the names of the walls that show at least one of the cameras. */
  popup(order: PopupOrder): readonly string[];
  /** Answers how many screens were told, and the names of the walls among them. */
  sound(order: SoundOrder): { readonly screens: number; readonly walls: readonly string[] };
}

const walls = Type.Array(Type.String({ pattern: WALL_NAME, maxLength: 40 }), {
  title: "Walls",
  description: "Screens that show the live page and were given a name. Empty: all that are open.",
  maxItems: 64,
  uniqueItems: true,
  default: [],
  "x-choices": "walls",
});

/** Makes them. */
export function screenActions(screens: ScreenParts): readonly LinkageAction[] {
  return [popupAction(screens), soundAction(screens)];
}

function popupAction(screens: ScreenParts): LinkageAction {
  return {
    id: "popup",
    displayName: "Show on walls",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        walls,
        cameras: camerasField,
        dwellSeconds: Type.Integer({
          title: "Seconds",
          description: "How long each camera is shown; several take turns. 2 to 600.",
          minimum: 2,
          maximum: 600,
          default: 10,
        }),
        untilEnd: Type.Boolean({
          title: "As long as the event goes on",
          description: "Cameras take turns until it is over, an hour at most.",
          default: false,
        }),
      },
      closed,
    ),
    async run(request) {
      const {
        walls: wanted,
        dwellSeconds,
        untilEnd,
      } = request.config as Pick<PopupOrder, "walls" | "dwellSeconds" | "untilEnd">;
      const order = { ...orderOf(request, wanted), cameras: camerasOf(request), dwellSeconds, untilEnd };
      return { note: noteOf(screens.popup(order), wanted) };
    },
  };
}

function soundAction(screens: ScreenParts): LinkageAction {
  return {
    id: "sound",
    displayName: "Play a sound",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        where: Type.Union(
          [
            Type.Literal("pages", { title: "In every open page whose account may see the event" }),
            Type.Literal("walls", { title: "On walls" }),
          ],
          { title: "Where", description: "Which browsers play it.", default: "pages" },
        ),
        walls,
        pattern: Type.Union(
          SOUND_PATTERNS.map((pattern) => Type.Literal(pattern)),
          { title: "Sound", description: "What is played, over and over.", default: "chime" },
        ),
        volumePercent: Type.Integer({
          title: "Loudness (%)",
          description: "Of what the browser's machine is set to, 1 to 100.",
          minimum: 1,
          maximum: 100,
          default: 70,
        }),
        seconds: Type.Integer({
          title: "Seconds",
          description: "How long it is played, 1 to 600, unless somebody silences it.",
          minimum: 1,
          maximum: 600,
          default: 10,
        }),
        untilAcknowledged: Type.Boolean({
          title: "Until it is acknowledged",
          description: "However long that takes: until somebody silences it or acknowledges the event.",
          default: false,
        }),
      },
      closed,
    ),
    async run(request) {
      const config = request.config as unknown as Omit<SoundOrder, keyof ScreenOrder> & {
        readonly walls: readonly string[];
      };
      const reached = screens.sound({ ...config, ...orderOf(request, config.walls) });
      if (config.where === "walls") return { note: noteOf(reached.walls, config.walls) };
      if (reached.screens > 0) return { note: `open pages: ${reached.screens}` };
      throw new NightjarError(
        "NJ_LINKAGE_NO_PAGE",
        "unavailable",
        "no page is open whose account may see the event: nobody heard it",
      );
    },
  };
}

function orderOf({ id, event, isTest }: LinkageRequest, wanted: readonly string[]): ScreenOrder {
  return { id, event, isTest, walls: wanted };
}

/** Which walls were reached, and which not. Throws `NJ_LINKAGE_NO_WALL` where it was none. */
function noteOf(reached: readonly string[], wanted: readonly string[]): string {
  const missing = wanted.filter((wall) => !reached.includes(wall)).join(", ");
  if (reached.length === 0) {
    // A wall whose line was cut comes back within seconds: it is tried again.
    throw new NightjarError(
      "NJ_LINKAGE_NO_WALL",
      "unavailable",
      `no wall is open that may show it${missing === "" ? "" : `: ${missing}`}`,
      missing === "" ? {} : { walls: missing },
    );
  }
  return `${reached.join(", ")}${missing === "" ? "" : ` (not open: ${missing})`}`;
}
