// One whole recorder for the files that run in one process (`recorders` in scripts/test-runs/suites.ts): starting one costs as
// much as a short file does. Whoever uses it adds cameras of its own, takes them away again and leaves the settings as they were; a
// file that is run by itself has it to itself. It ends with the process's last test.
import { after } from "node:test";
import { FootageRecorder } from "./footage.ts";

let recorder: Promise<FootageRecorder> | undefined;

after(async () => {
  await (await recorder)?.stop();
});

/** The recorder: activated, without cameras. Nobody stops it. */
export function sharedFootageRecorder(): Promise<FootageRecorder> {
  recorder ??= FootageRecorder.start().catch((error: unknown) => {
    // The next file tries again.
    recorder = undefined;
    throw error;
  });
  return recorder;
}
