// Messages between `core` and `analysis` on `<data>/run/analysis.sock` (core listens, analysis connects). Pictures for
// detectors of isolated plugins travel as binary frames: `u32 ticket`, then the brightness; the call names the ticket.
import type { CameraId, StreamName } from "../domain/ids.ts";
import type {
  DetectorActivity,
  DetectorAnswer,
  DetectorFrames,
  DetectorLook,
  DetectorReport,
  DetectorSettings,
  DetectorWatch,
} from "../plugin/contract/detector.ts";
import type { LoadStep } from "./load-governor.ts";

export const ANALYSIS_SOCKET = "analysis.sock";
/** Bytes in front of a picture. */
export const TICKET_BYTES = 4;

/** A plugin whose detectors run in this process. */
export interface InlineDetectors {
  readonly name: string;
  /** Where the package lies, and its entry below that. */
  readonly folder: string;
  readonly entry: string;
  readonly storageDir: string;
  /** As the owner wrote it, secrets and all. */
  readonly config: unknown;
}

/** One detector at one camera. */
export interface DesiredDetector {
  readonly plugin: string;
  readonly id: string;
  /** `here`: of a plugin in `plugins`. `core`: core passes the calls on to a process of the plugin's own. */
  readonly runs: "here" | "core";
  readonly frames: DetectorFrames;
  readonly answersAtOnce?: boolean;
  /** What it may report. */
  readonly eventTypes: readonly string[];
  readonly settings: DetectorSettings;
}

export interface DesiredCamera {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly detectors: readonly DesiredDetector[];
}

/** The whole document; replaces the one before. */
export interface DesiredAnalysis {
  readonly version: string;
  readonly ffmpegPath?: string;
  /** Per cent of all processor cores that looking may take. */
  readonly processorPercent: number;
  readonly plugins: readonly InlineDetectors[];
  readonly cameras: readonly DesiredCamera[];
}

/** How one detector does at a camera. */
export interface DetectorFigures {
  readonly plugin: string;
  readonly id: string;
  /** Share of one processor core; of detectors in processes of their own it is not known here. */
  readonly cpuShare?: number;
  /** Pictures that it looked at, and those that a newer one took the place of. */
  readonly looked: number;
  readonly skipped: number;
  /** Why it does not look, for people. */
  readonly problem?: string;
}

/** How a camera is looked at. */
export interface CameraFigures {
  readonly camera: CameraId;
  readonly status: "starting" | "waiting" | "looking" | "no-picture" | "failed";
  /** For people: why there is no picture to look at. */
  readonly problem?: string;
  readonly framesPerSecond: number;
  /** Key frames alone are decoded: nothing happens. */
  readonly isIdle: boolean;
  /** Share of one processor core that decoding takes; absent until it was measured. */
  readonly decodeShare?: number;
  readonly detectors: readonly DetectorFigures[];
}

/** What all of it takes, and what is left out for that. */
export interface LoadFigures {
  /** Processor cores that were taken of late, and those that may be. */
  readonly cores: number;
  readonly budgetCores: number;
  readonly step: LoadStep;
}

export interface AnalysisFigures {
  readonly cameras: readonly CameraFigures[];
  readonly load: LoadFigures;
}

/** A call of a detector that `core` passes on. `ticket` names a picture that was sent before; 0: none. */
export type PassedCall = { readonly plugin: string; readonly id: string } & (
  | { readonly method: "begin"; readonly watch: DetectorWatch }
  | { readonly method: "look"; readonly look: DetectorLook; readonly ticket: number }
  | { readonly method: "end"; readonly watch: { readonly watch: string } }
);

/** What `core` calls on `analysis`. */
export type AnalysisMethodsForCore = {
  setDesired: (desired: DesiredAnalysis) => void;
  figures: (params: Record<string, never>) => AnalysisFigures;
  /** Something goes on at a camera by its own word: all of its pictures are looked at for a while. */
  wake: (params: { readonly camera: CameraId }) => void;
};

/** What `analysis` calls on `core`. */
export type CoreMethodsForAnalysis = {
  /** What a detector saw at a camera. */
  reports: (params: {
    readonly camera: CameraId;
    readonly plugin: string;
    readonly id: string;
    readonly reports: readonly DetectorReport[];
  }) => void;
  /** Where something moved at a camera; several times a second while it does. */
  activity: (params: { readonly camera: CameraId; readonly activity: DetectorActivity }) => void;
  /** A detector looks at a camera no longer, or anew: what it had open is over. */
  ended: (params: { readonly camera: CameraId; readonly plugin: string; readonly id: string }) => void;
  call: (params: PassedCall) => readonly DetectorAnswer[];
};
