// Cameras are recorded while the process that looks at their pictures is stopped, flooded by strangers' detectors, and short of
// processor time: `node tests/faults/analysis-trouble.ts [--cameras N]`. Goal: the same frames as without, none missing, no new session;
// pictures are left out step by step, told, and looked at again when there is room. Real decoders and whole pictures; the
// troubles come one after the other in one recording, which is then counted frame by frame.
import { parseArgs } from "node:util";
import type { DetectionView } from "../../core/http/detection-schemas.ts";
import type { ExplanationView } from "../../core/http/explain-schemas.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { AskedRecorder } from "../support/asked-recorder.ts";
import {
  type FsckOutcome,
  missingBeyondSlew,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";
import { writeStrangerDetector } from "../support/stranger-detector.ts";

export interface AnalysisTroubleResult extends RecordedEvidence {
  /** Bytes that the cameras sent while nobody looked at them. */
  readonly sentUnseen: number;
  /** Pictures that the flooding detectors looked at, and what is said of the one that never answers. */
  readonly flooded: number;
  readonly hanging: string;
  /** How the first camera was looked at, in the order in which that was told, from when there was too little processor time. */
  readonly paces: readonly string[];
  /** Step and budget as `/metrics` tells them: when most was left out, and when all was over. */
  readonly shed: LoadTold;
  readonly over: LoadTold;
  /** What the answer to "why?" noted of detection when most was left out. */
  readonly notes: readonly string[];
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  readonly fsck: FsckOutcome;
}

interface LoadTold {
  readonly step: number;
  readonly cores: number;
  readonly budgetCores: number;
}

/** All pictures, as large and as often as any detector may have them. */
const HEAD = `import { Type } from "@nightjar/core";
const common = { displayName: "Stranger", eventTypes: ["scene-change"], frames: { width: 640, height: 480, perSecond: 15 }, configSchema: Type.Object({}), async begin() {}, async end() {} };`;
/** Answers each picture with as much as it may. */
const FLOODS = `${HEAD}
const objects = Array.from({ length: 200 }, (_, index) => ({ class: "leaf-" + index, score: 0.5, box: { x: 0, y: 0, width: 1, height: 1 } }));
export const detector = () => ({ ...common, id: "floods",
  async look({ frame }) {
    if (frame === undefined) return [];
    return Array.from({ length: 60 }, (_, index) => ({ kind: index % 2 ? "end" : "start", type: "scene-change", timeMs: frame.timeMs, objects }));
  } });`;
const HANGS = `${HEAD}
export const detector = () => ({ ...common, id: "hangs", look: () => new Promise(() => undefined) });`;
const FLOODER = "nightjar-vca-floods/floods";
const HANGER = "nightjar-vca-hangs/hangs";

/** Of each camera, in this trouble. */
const SENT_UNSEEN_BYTES = 500_000;
const FLOODED_PICTURES = 8;
/** The least that can be set, and all. */
const LITTLE_PERCENT = 5;
const ALL_PERCENT = 100;

/** Makes all troubles. */
export async function analysisTrouble(options: {
  cameras: number;
  log?: (text: string) => void;
}): Promise<AnalysisTroubleResult> {
  using plugins = tempDir("nightjar-analysis-");
  writeStrangerDetector(plugins.path, "floods", FLOODS);
  writeStrangerDetector(plugins.path, "hangs", HANGS);
  const { cameras, log = () => undefined } = options;
  const rig = await RecorderRig.start({ cameras, pluginPath: plugins.path });
  try {
    const recorder = await AskedRecorder.of(rig);
    const all = Array.from({ length: cameras }, (_, index) => `cam-${index + 1}`);
    const view = (camera = "cam-1") => recorder.ask<DetectionView>(`cameras/${camera}/detection`);
    const detector = async (name: string) => (await view()).detectors.find((each) => each.detector === name);
    const set = async (these: readonly string[], wish: object) => {
      for (const camera of these) await recorder.ask(`cameras/${camera}/detection`, "PATCH", wish);
    };
    const budget = (detectionPercent: number) => recorder.ask("settings", "PATCH", { detectionPercent });
    const looking = (what: string) =>
      waitFor(
        async () => {
          for (const camera of all) if ((await view(camera)).state.status !== "looking") return undefined;
          return true;
        },
        { deadlineMs: 120_000, what: `all cameras to be looked at ${what}` },
      );

    await rig.untilRecording(30_000);
    await budget(ALL_PERCENT);
    await waitFor(
      async () => (await detector(FLOODER)) !== undefined && (await detector(HANGER)) !== undefined,
      {
        ...{ deadlineMs: 60_000, what: "the strangers" },
      },
    );
    await set(all, { enabled: true });
    await looking("at first");

    const withheld = rig.withhold("analysis");
    const before = (await rig.sender.counters()).bytes;
    const sentUnseen = await waitFor(
      async () => {
        const sent = (await rig.sender.counters()).bytes - before;
        return sent > cameras * SENT_UNSEEN_BYTES && sent;
      },
      { deadlineMs: 120_000, what: "the cameras to go on" },
    );
    withheld.release();
    await looking("after the process was stopped");
    log(`stopped: ${sentUnseen} bytes`);

    // What floods takes most of two processors: it begins once the other is known for what it is, and ends with its part.
    await set(all, { detectors: { [HANGER]: { enabled: true } } });
    const hanging = await waitFor(async () => (await detector(HANGER))?.problem, {
      ...{ deadlineMs: 60_000, what: "a word of the detector that never answers" },
    });
    await set(all, { detectors: { [FLOODER]: { enabled: true } } });
    const flooded = await waitFor(
      async () => {
        const { looked = 0 } = (await detector(FLOODER)) ?? {};
        return looked >= FLOODED_PICTURES && looked;
      },
      { deadlineMs: 120_000, what: "the flood" },
    );
    await set(all, { detectors: { [FLOODER]: { enabled: false }, [HANGER]: { enabled: false } } });
    log(`flooded: ${flooded} pictures, ${hanging}`);

    const paces: string[] = [];
    const until = (wanted: readonly string[], what: string) =>
      waitFor(
        async () => {
          const { pace } = (await view()).state;
          if (pace !== undefined && paces.at(-1) !== pace) paces.push(pace);
          return pace !== undefined && wanted.includes(pace);
        },
        { deadlineMs: 240_000, what: () => `${what}; it went ${paces.join(", ")}` },
      );
    await budget(LITTLE_PERCENT);
    await until(["key-frames"], "all but key frames to be left out");
    const shed = await loadTold(recorder);
    const why = await recorder.ask<ExplanationView>("cameras/cam-1/explain");
    const notes = why.steps.find(({ step }) => step === "detection")?.notes.map(({ code }) => code) ?? [];
    log(`shed: ${JSON.stringify(shed)}`);

    // There is room again as soon as hardly anything is looked for.
    await set(all.slice(1), { enabled: false });
    await set(["cam-1"], {
      detectors: Object.fromEntries(
        (await view()).detectors.map(({ detector: name }) => [name, { enabled: name.endsWith("/loss") }]),
      ),
    });
    await until(["all", "idle"], "all to be looked at again");
    const over = await waitFor(
      async () => {
        const told = await loadTold(recorder);
        return told.step === 0 && told;
      },
      { deadlineMs: 240_000, what: "nothing to be left out" },
    );
    log(`over: ${JSON.stringify(over)}`);

    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    return {
      ...{ sentUnseen, flooded, hanging, paces, shed, notes, over },
      ...recordedUntil(rig.files(), endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

async function loadTold(recorder: AskedRecorder): Promise<LoadTold> {
  const text = await recorder.text("/metrics");
  const of = (name: string): number => Number(new RegExp(`^nightjar_${name} (\\S+)$`, "m").exec(text)?.[1]);
  return {
    step: of("detection_load_step"),
    cores: of("detection_cpu_cores"),
    budgetCores: of("detection_cpu_budget_cores"),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { cameras: { type: "string", default: "8" } } });
  const result = await analysisTrouble({
    cameras: Number(values.cameras),
    log: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length +
      missingBeyondSlew(result, DEMO_FRAME_MS).length +
      result.reconnected.length +
      result.droppedBySender ===
      0 && result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
