// Alarm inputs and outputs as the page knows them: asked for when somebody wants to see them, kept fresh by /changes.
import { computed, signal } from "@preact/signals";
import { ApiError, askInBackground } from "../api/client.ts";
import type { InputView, OutputView } from "../api/types.ts";

export const outputs = signal<readonly OutputView[] | undefined>(undefined);
export const inputs = signal<readonly InputView[] | undefined>(undefined);
const failure = signal<unknown>(undefined);

/** Whose lists these are: an answer that comes after they left is not taken. */
let visit = 0;

/** Reads both. */
export async function loadAlarmIo(): Promise<void> {
  const asked = visit;
  try {
    const [out, input] = await Promise.all([askInBackground("GET /outputs"), askInBackground("GET /inputs")]);
    if (asked !== visit) return;
    outputs.value = out.outputs;
    inputs.value = input.inputs;
    failure.value = undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (asked !== visit) return;
    failure.value = error;
  }
}

/** Both as something that a page waits for. */
export const alarmIoAsked = computed(() => ({
  answer:
    outputs.value === undefined || inputs.value === undefined
      ? undefined
      : { outputs: outputs.value, inputs: inputs.value },
  error: failure.value,
  retry: () => {
    failure.value = undefined;
    void loadAlarmIo();
  },
}));

/** Puts one output's news into the list. */
export function outputChanged(output: OutputView): void {
  outputs.value = outputs.value?.map((one) => (one.id === output.id ? output : one));
}

/** The same of an input. News are told to everybody alike, and so without the cameras. */
export function inputChanged(input: Omit<InputView, "cameras">): void {
  inputs.value = inputs.value?.map((one) => (one.id === input.id ? { ...input, cameras: one.cameras } : one));
}

/** The line was down: what happened meanwhile is not repeated. */
export function readAlarmIoAgain(): void {
  if (outputs.value !== undefined) void loadAlarmIo();
}

/** Somebody else signs in. */
export function forgetAlarmIo(): void {
  visit += 1;
  outputs.value = undefined;
  inputs.value = undefined;
  failure.value = undefined;
}
