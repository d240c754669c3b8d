// The compiled pixel kernel in the sources of plugins/vca-motion was made of the kernel's present source. That it does what
// the plain kernel does, bit for bit, is shown by the plugin's own tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { KERNEL_BINARY_FILE, kernelMark } from "../../scripts/build-motion-kernel.ts";

it("src/kernel-binary.ts is up to date: else `node scripts/build-motion-kernel.ts`", () => {
  const [, mark] = /^\/\/ ([0-9a-f]{64})$/m.exec(readFileSync(KERNEL_BINARY_FILE, "utf8")) ?? [];
  assert.equal(mark, kernelMark());
});
