// One recorder for the files that run in one process (`recorders` in scripts/test-runs/suites.ts): starting one costs as much as
// a short file does. Whoever uses it leaves accounts, rules and settings as the others expect them; a file that is run by
// itself has it to itself. It ends with the process's last test.
import { after } from "node:test";
import { type Recorder, startRecorder } from "./recorder.ts";

let recorder: Promise<Recorder> | undefined;
const preparations: ((dataDir: string) => Promise<void>)[] = [];

after(async () => {
  await (await recorder)?.stop();
});

/** Puts something into its data directory before it starts. For a file to call where it is loaded: all are before the first test. */
export function prepareSharedRecorder(prepare: (dataDir: string) => Promise<void>): void {
  preparations.push(prepare);
}

/** The recorder: activated, with its demo camera. Nobody stops it. */
export function sharedRecorder(): Promise<Recorder> {
  recorder ??= startRecorder(true, [], prepareAll).catch((error: unknown) => {
    // The next file tries again.
    recorder = undefined;
    throw error;
  });
  return recorder;
}

async function prepareAll(dataDir: string): Promise<void> {
  for (const prepare of preparations) await prepare(dataDir);
}
