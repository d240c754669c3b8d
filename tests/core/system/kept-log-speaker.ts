// A process for kept-log.test.ts: says more than a pipe holds in its log, and on standard output how far it came.
import { createLog } from "../../../core/log.ts";
import { KeptLog } from "../../../core/system/kept-log.ts";

const kept = new KeptLog(process.argv[2] ?? "", "media");
const log = createLog({ level: "info", destination: kept });
const text = "x".repeat(1_000);
for (let index = 0; index < 1_500; index += 1) {
  log.info(text);
  // As lines come from a recorder: not all in one turn of the loop.
  if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write("has said all\n");
log.error("the last line");
await kept.close();
process.stdout.write("has closed\n");
