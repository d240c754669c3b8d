// Puts "why?" into the recorder: where its facts come from, and the answer in the API's words.
import type { Clock } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import type { ExplainQuestion, ExplainSources, ExplainViewer } from "../explain/explainer.ts";
import { explainMoment } from "../explain/explainer.ts";
import type { Said } from "../explain/explanation.ts";
import { sentenceOf } from "../explain/sentences.ts";
import type { CameraService, DetectionService, ExplainService } from "../http/services.ts";
import { type Hooks, isTapped } from "../plugin/calls/hooks.ts";

export interface ExplainParts extends Pick<ExplainSources, "recording"> {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: ConfigStore;
  readonly cameras: Pick<CameraService, "get">;
  readonly plugins: { readonly hooks: Pick<Hooks, "recordingPlan"> };
  detection(): Pick<DetectionService, "of">;
}

/** Makes the face that the API and MQTT ask. */
export function explainService({
  db,
  clock,
  config,
  cameras,
  recording,
  plugins,
  detection,
}: ExplainParts): ExplainService {
  const sources: ExplainSources = {
    db,
    recording,
    nowMs: () => clock.wallMs(),
    config: () => config.get(),
    camera: (id) => cameras.get(id),
    detection: (id) => detection().of(id),
    isShaped: () => isTapped(plugins.hooks.recordingPlan),
  };
  return {
    async explain(question: ExplainQuestion, viewer: ExplainViewer) {
      const { atMs, isNow, steps, recording, alarm } = await explainMoment(sources, question, viewer);
      const { timeZone } = sources.config();
      const told = ({ code, context }: Said) => ({
        code,
        ...(context === undefined ? {} : { context: { ...context } }),
        message: sentenceOf({ code, ...(context === undefined ? {} : { context }) }, atMs, timeZone),
      });
      return {
        camera: question.camera,
        at: new Date(atMs).toISOString(),
        now: isNow,
        recording: { state: recording.state, ...told(recording) },
        alarm: { state: alarm.state, ...told(alarm) },
        steps: steps.map((step) => ({
          step: step.step,
          state: step.state,
          ...told(step),
          notes: step.notes.map(told),
          ...(step.todays === undefined ? {} : { todaysSettings: true }),
          ...(step.link === undefined ? {} : { link: step.link }),
        })),
      };
    },
  };
}
