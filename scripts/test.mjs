// `npm test`, in syntax that any Node from 18 on reads: installs what the tests need, then runs everything:
// lint, types, unit, integration, browser and fault tests. The last line is `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  buildInterface,
  ensureChromium,
  ensureFfmpeg,
  ensureTestServers,
  installDependenciesAhead,
  node,
  packagesMark,
  root,
  say,
} from "./setup.mjs";

const compiled = installDependenciesAhead();
ensureFfmpeg();
ensureChromium();
ensureTestServers();
buildInterface();

const bin = join(root, "node_modules", ".bin");
const environment = {
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  // Tests that need no compiled package begin before it is there.
  NIGHTJAR_TEST_COMPILED: packagesMark,
};

async function step(name, command, args) {
  say(name);
  const begin = Date.now();
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: environment });
  const [status] = await once(child, "exit");
  // Silent about the last step, whose own last line is the count of tests.
  if (name !== "tests")
    say(`${name}: ${status === 0 ? "ok" : "FAILED"} after ${Math.round((Date.now() - begin) / 1000)} s`);
  return status === 0;
}

const checks = [
  await step("lint", join(bin, "biome"), ["check", "--error-on-warnings", "."]),
  await step("types", join(bin, "tsc"), ["-p", "."]),
  await step("types of the interface", join(bin, "tsc"), ["-p", "ui"]),
  // One run of all suites, so that its last line counts them all.
  await step("tests", node(), [join(root, "scripts", "run-tests.ts")]),
];
await compiled;
process.exitCode = checks.every(Boolean) ? 0 : 1;
