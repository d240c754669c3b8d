// The compiled pixel kernel in the sources of plugins/vca-motion is what its compiler makes of the kernel's source now.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { kernelBinaryFile } from "../../scripts/build-motion-kernel.ts";
import { ROOT } from "./source-tree.ts";

it("src/kernel-binary.ts is up to date: else `node scripts/build-motion-kernel.ts`", async () => {
  const written = readFileSync(join(ROOT, "plugins/vca-motion/src/kernel-binary.ts"), "utf8");
  assert.equal(written, await kernelBinaryFile());
});
