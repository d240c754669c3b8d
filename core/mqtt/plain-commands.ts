// Commands whose payload is a bare word, as `ON` at a topic that ends in `set`: which request each of them stands for.
import type { RequestName } from "./request-schemas.ts";
import type { TopicIds } from "./topics.ts";

/** A plain command is a request, written shorter. */
export interface PlainCommand {
  readonly command: RequestName;
  body(text: string, ids: TopicIds): Readonly<Record<string, unknown>>;
}

/** By the name of the topic. */
export const COMMAND_OF_SET: Readonly<Record<string, PlainCommand | undefined>> = {
  manualRecordingSet: { command: "manual-recording", body: (state, { camera }) => ({ camera, state }) },
  enabledSet: { command: "camera-enabled", body: (state, { camera }) => ({ camera, state }) },
  recordModeSet: { command: "record-mode", body: (mode, { camera }) => ({ camera, mode }) },
  armingProfileSet: { command: "arming", body: (profile) => ({ profile }) },
  outputSet: { command: "output", body: (state, { output }) => ({ output, state }) },
  inputSet: { command: "input", body: (state, { input }) => ({ input, state }) },
};
