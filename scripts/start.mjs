// `npm start`, in syntax that any Node from 18 on reads: installs what is missing, builds the interface if it is
// stale, then hands over to `nightjar start`. Arguments are passed on: `npm start -- --data /srv/nightjar`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildInterface, ensureFfmpeg, installDependencies, root, say } from "./setup.mjs";

installDependencies();
buildInterface();
ensureFfmpeg(process.argv.slice(2));

const child = spawn(
  process.execPath,
  [join(root, "core/bin/nightjar.mjs"), "start", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
process.on("SIGINT", () => undefined);
child.on("error", (error) => {
  say(`cannot start: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
