// `npm start`, in syntax that any Node from 18 on reads: installs what is missing, builds the interface if it is
// stale, then hands over to `nightjar start`. Arguments are passed on: `npm start -- --data /srv/nightjar`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  buildInterface,
  compiledCode,
  ensureFfmpeg,
  installDependencies,
  node,
  root,
  say,
  wholePackages,
} from "./setup.mjs";

installDependencies();
buildInterface();
ensureFfmpeg(process.argv.slice(2));

const whole = wholePackages();
// As core/bin/nightjar.mjs does, without a process more.
const child = spawn(
  node(),
  [
    "--disable-warning=ExperimentalWarning",
    ...whole.args,
    join(root, "core/main.ts"),
    "start",
    ...process.argv.slice(2),
  ],
  {
    stdio: "inherit",
    // Compiled sources are kept from start to start: a fifth of the time to ready. Where nothing can be written here, nothing is kept.
    env: {
      ...process.env,
      ...whole.env,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compiledCode,
    },
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
