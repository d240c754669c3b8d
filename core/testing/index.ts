// The public test kit for plugin authors and for Nightjar's own tests: `import … from "@nightjar/core/testing"`.
export { frameCounterCells, readFrameCounter } from "./frame-counter.ts";
export { type TempDir, tempDir } from "./temp-dir.ts";
export { waitFor } from "./wait-for.ts";
