// What a plugin of the kind `vca` registers: a detector that looks at pictures of cameras and says what happens in them. The
// recorder decodes each camera once for all detectors; a detector gets the brightness of each picture, and keeps what it
// learns of a camera from one picture to the next.
import type { TObject } from "typebox";

/** Pictures as a detector asks for them. It gets these or fewer a second, never others. */
export interface DetectorFrames {
  /** 16 to 640. The whole picture is scaled to the size, whatever its shape. */
  readonly width: number;
  /** 16 to 480. */
  readonly height: number;
  /** 1 to 15. */
  readonly perSecond: number;
  /**
   * So many are enough while nothing happens, 0.1 to 15. The recorder then decodes key frames alone, where a camera sends them
   * often enough, until something seems to happen: the size of what the camera sends, a word of the camera, a report or
   * `wake` of any detector. Left out: it wants all of them.
   */
  readonly idlePerSecond?: number;
}

/** A place in the picture: fractions of its width and height from the upper left corner. */
export type DetectorPoint = readonly [x: number, y: number];

/** A line or a region that the owner has drawn. */
export interface DetectorRule {
  /** Reports name it in `rule`. */
  readonly id: string;
  readonly name?: string;
  /** A line has two points and more, a region three and more. */
  readonly kind: "line" | "region";
  readonly points: readonly DetectorPoint[];
  /** Which way across a line counts; left out: both. From its left, looking from the first point to the last, is `a-to-b`. */
  readonly direction?: "both" | "a-to-b" | "b-to-a";
}

/** Which parts of the picture count, as a grid over all of it. */
export interface DetectorArea {
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the upper left, `1` for a cell that counts and `0` for one that does not. */
  readonly cells: string;
}

/** What the owner has set for one detector at one camera. */
export interface DetectorSettings {
  /** 0 to 100; at 0 nothing is to be reported. */
  readonly sensitivity: number;
  /** Without it all of the picture counts. */
  readonly area?: DetectorArea;
  readonly rules: readonly DetectorRule[];
  /** What the detector's own schema asks for, checked by it, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A camera that is looked at from now on. */
export interface DetectorWatch {
  /** Names it in the calls that follow; another one after each change of settings or of the picture. */
  readonly watch: string;
  readonly camera: string;
  readonly settings: DetectorSettings;
}

/** A moment at which a detector is asked. */
export interface DetectorLook {
  readonly watch: string;
  /** The recorder's clock now, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The newest picture, whose brightness is in the context; left out where none came for a second, and none is left out. */
  readonly frame?: {
    /** When it was taken, milliseconds since the epoch. */
    readonly timeMs: number;
    readonly width: number;
    readonly height: number;
  };
  /** How long no picture could be decoded; 0 with a picture. Does not run while a camera's link is only being built, or without ffmpeg. */
  readonly silentMs: number;
}

/** What comes with a look beside data. */
export interface DetectorContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Brightness of each pixel, row by row, 0 to 255; empty without a picture. Not to be kept beyond the answer: it is used again. */
  readonly luma: Uint8Array;
}

/** Something that was seen. It becomes an event where it is armed; the recorder merges what begins again soon. */
export interface DetectorReport {
  /** `start` and `update` are the same to the recorder; `pulse` begins and ends at once. */
  readonly kind: "start" | "update" | "end" | "pulse";
  /** One of the detector's `eventTypes`. */
  readonly type: string;
  /** Id of the rule that it is about. */
  readonly rule?: string;
  /** When it was so, by the pictures; left out: now. */
  readonly timeMs?: number;
  /** 0 to 1. */
  readonly score?: number;
  readonly objects?: readonly {
    readonly class: string;
    readonly score: number;
    readonly box?: {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };
    /**
     * Names the object while it is held to be the same one, at most 64 characters, and not used again for another one within an
     * event. Say it with the box in each report, some times a second at most: the event keeps the way that it took.
     */
    readonly track?: string;
  }[];
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Where something moved, as a grid over all of the picture: it becomes no event, but is kept to search recordings by, and lights
 * cells while somebody sets the detector. Tell it at most four times a second, and only where something moved; what the
 * area leaves out counts here too. The recorder keeps one grid a camera: the detector that told first has the say for a minute.
 */
export interface DetectorActivity extends DetectorArea {
  readonly kind: "activity";
  /** When it was so, by the pictures. Grids of 1 to 64 columns and rows; `1` for a cell in which something moved. */
  readonly timeMs: number;
}

/**
 * Something may be going on: the camera's pictures come at the full rate for ten seconds from now on, beginning with those since
 * the last key frame. Say it again for as long as it may; a report says it too. It becomes no event.
 */
export interface DetectorWake {
  readonly kind: "wake";
  /** When it was so, by the pictures. */
  readonly timeMs?: number;
}

/** What a look answers. */
export type DetectorAnswer = DetectorReport | DetectorActivity | DetectorWake;

/**
 * A way of looking at pictures. It must stand in `nightjar.provides` of package.json, as `detector:<id>`. Calls about one
 * camera come one after the other, each within five seconds; while one runs, newer pictures take the place of those that
 * wait. One that fails again and again is asked less often, and touches nothing else.
 */
export interface Detector {
  /** `motion`, `plates` … In config.json it is named together with its package. */
  readonly id: string;
  readonly displayName: string;
  /** What it may report: ids of the recorder's event types. */
  readonly eventTypes: readonly string[];
  readonly frames: DetectorFrames;
  /**
   * `look` answers each picture before it returns, and never with a promise: where it runs beside the recorder's own code, pictures
   * are shown to it without a copy. Left out: it may take its time.
   */
  readonly answersAtOnce?: boolean;
  /** Kinds of rules that it reads: the owner can draw these. Left out: none is offered. */
  readonly ruleKinds?: readonly DetectorRule["kind"][];
  /** TypeBox schema of `settings.options`. No secrets: they belong to the plugin's own settings. */
  readonly configSchema: TObject;
  /** A camera is to be looked at. */
  begin(watch: DetectorWatch, context: { readonly signal: AbortSignal }): Promise<void>;
  /** Looks at a picture, or at there being none, and answers what has begun, goes on or is over, and where something moved. */
  look(
    look: DetectorLook,
    context: DetectorContext,
  ): readonly DetectorAnswer[] | Promise<readonly DetectorAnswer[]>;
  /** A camera is looked at no longer; the recorder ends what was open. Nothing is asked of that watch any more. */
  end(watch: { readonly watch: string }, context: { readonly signal: AbortSignal }): Promise<void>;
}
