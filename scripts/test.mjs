// `npm test`, in syntax that any Node from 18 on reads: installs what the tests need, then runs everything:
// lint, types, unit, integration, browser and fault tests. The last line is `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  buildInterface,
  ensureChromium,
  ensureFfmpeg,
  ensureTestServers,
  installDependenciesAhead,
  node,
  root,
  say,
} from "./setup.mjs";

const compiled = installDependenciesAhead();
ensureFfmpeg();
ensureChromium();
ensureTestServers();
buildInterface();

const bin = join(root, "node_modules", ".bin");
const environment = { ...process.env, PATH: `${bin}:${process.env.PATH}` };

function step(name, command, args) {
  say(name);
  const begin = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: environment });
  // Silent about the last step, whose own last line is the count of tests.
  if (name !== "tests")
    say(`${name}: ${status === 0 ? "ok" : "FAILED"} after ${Math.round((Date.now() - begin) / 1000)} s`);
  return status === 0;
}

const checks = [
  step("lint", join(bin, "biome"), ["check", "--error-on-warnings", "."]),
  step("types", join(bin, "tsc"), ["-p", "."]),
  step("types of the interface", join(bin, "tsc"), ["-p", "ui"]),
];
await compiled;
checks.push(
  // One run of all suites, so that its last line counts them all.
  step("tests", node(), [join(root, "scripts", "run-tests.ts")]),
);
process.exitCode = checks.every(Boolean) ? 0 : 1;
