// `npm test`, in syntax that any Node from 18 on reads: installs what the tests need, then runs everything:
// lint, types, unit, integration, browser and fault tests. The last line is `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { buildInterface, installDependenciesAhead, node, packagesMark, root, say } from "./setup.mjs";

const programs = spawn(process.execPath, [join(root, "scripts", "test-programs.mjs")], {
  stdio: ["ignore", "inherit", "inherit"],
});
const programsEnded = once(programs, "exit");
const compiled = installDependenciesAhead();
buildInterface();

const bin = join(root, "node_modules", ".bin");
const environment = {
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  // Tests that need no compiled package begin before it is there.
  NIGHTJAR_TEST_COMPILED: packagesMark,
};

/** Several threads of the compiler check the same types once each, and the tests have the other processor. */
const ONE_THREAD = ["--singleThreaded"];

/** Runs one of the checks; what it prints comes whole when it is over, since tests run beside it. */
async function check(name, command, args) {
  const begin = Date.now();
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: environment });
  let told = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      told += text;
    });
  const [status] = await once(child, "close");
  process.stdout.write(told);
  say(`${name}: ${status === 0 ? "ok" : "FAILED"} after ${Math.round((Date.now() - begin) / 1000)} s`);
  return status === 0;
}

/** One after the other: the tests have the other processor. */
async function checkAll() {
  const results = [
    await check("lint", join(bin, "biome"), ["check", "--error-on-warnings", "."]),
    await check("types", join(bin, "tsc"), ["-p", ".", ...ONE_THREAD]),
    await check("types of the interface", join(bin, "tsc"), ["-p", "ui", ...ONE_THREAD]),
    await check("types of the palette", join(bin, "tsc"), ["-p", "flows/palette", ...ONE_THREAD]),
  ];
  return results.every(Boolean);
}

/** All suites in one run, so that its last line counts them all. */
async function testAll() {
  const args = [join(root, "scripts", "run-tests.ts")];
  const [status] = await once(spawn(node(), args, { cwd: root, stdio: "inherit", env: environment }), "exit");
  return status === 0;
}

say("lint, types and tests");
const checks = checkAll();
// A test that looks for a program before it is there would be skipped.
await programsEnded;
const areTestsFine = await testAll();
const areChecksFine = await checks;
await compiled;
// What was said long ago and would be overlooked; it is no test, and so in no count.
if (!areChecksFine) say("lint or types FAILED: see above");
process.exitCode = areTestsFine && areChecksFine ? 0 : 1;
