// Runs the media process for tests that kill it: `node media-child.ts <data directory>`. Ends in order on SIGTERM.
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { runMedia } from "../../core/media/process/run-media.ts";

const running = await runMedia({
  dataDir: process.argv[2] ?? "",
  log: silentLog,
  clock: systemClock,
  instance: String(process.pid),
  ready: () => process.stdout.write("ready\n"),
});
process.once("SIGTERM", () => {
  void running.stop().then(() => process.exit(0));
});
