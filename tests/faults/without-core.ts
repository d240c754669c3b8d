// Records on a nearly full disk while core is kept from running: `node tests/faults/without-core.ts [--minutes N]
// [--cameras N]`, 4 cameras of 4 Mbit/s on 400 MB. Goal: overwriting goes on, no gap, and the index is complete after
// core is back.
import { parseArgs } from "node:util";
import { benchClip } from "../bench/bench-clip.ts";
import { overwriting } from "./disk-trouble.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "5" }, cameras: { type: "string", default: "4" } },
});
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const result = await overwriting({
  cycles: 1,
  leastSeconds: 60 * Number(values.minutes),
  cameras: Number(values.cameras),
  withoutCore: true,
  clip: benchClip(say),
  frameMs: 40,
  diskMb: 400,
  roomMb: 100,
  log: say,
});
say(JSON.stringify(result, null, 2));
process.exitCode = result.gaps.length === 0 && result.fsck.exitCode === 0 ? 0 : 1;
