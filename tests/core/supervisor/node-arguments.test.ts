// What processes are started with leaves the code that comes with Node fitting: compiling it anew would take each start as long
// again as starting Node does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { childCommand } from "../../../core/plugin/isolated/child-command.ts";
import { nodeArguments, PROCESS_ROLES } from "../../../core/supervisor/process-contract.ts";

const COLLECT = resolve("core/media/collect-memory.ts");

/** What V8 holds compiled code against, in a process with these arguments, after some code. */
function tagOf(args: readonly string[], code = ""): string {
  const script = `${code}; process.stdout.write(String(require("node:v8").cachedDataVersionTag()))`;
  return execFileSync(process.execPath, [...args, "--input-type=commonjs", "-e", script], {
    encoding: "utf8",
  });
}

describe("what Node is told when a process starts", () => {
  const plain = tagOf([]);
  for (const role of PROCESS_ROLES)
    it(`leaves compiled code fitting in ${role}`, () => assert.equal(tagOf(nodeArguments(role)), plain));

  it("leaves compiled code fitting in a plugin's own process", () => {
    const places = { folder: "/plugin", storageDir: "/storage", cacheDir: "/cache" };
    const { args } = childCommand({ way: "process" }, { ...places, network: "granted" });
    assert.equal(tagOf(args.slice(0, -1)), plain);
  });

  it("would not do so with a flag by which code is compiled in another way", () =>
    assert.notEqual(tagOf(["--expose-gc"]), plain));

  it("leaves code that is compiled later fitting, where memory was collected", () => {
    const code = `require(${JSON.stringify(COLLECT)}).collectMemory()`;
    assert.equal(tagOf(["--disable-warning=ExperimentalWarning"], code), plain);
  });
});
