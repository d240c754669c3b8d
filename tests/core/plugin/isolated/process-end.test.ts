// What is said of a plugin's process that has ended.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeEnd } from "../../../../core/plugin/isolated/process-end.ts";

const END = { code: null, signal: null, isWrapped: false, stderr: "", heapLimitMb: 128 } as const;

describe("the end of a plugin's process", () => {
  for (const [what, end, words] of [
    ["that is over", { code: 0 }, "it ended by itself"],
    ["with a code", { code: 3 }, "it ended with code 3"],
    ["by a signal", { signal: "SIGABRT" }, "it was ended by SIGABRT"],
    ["by a signal within walls", { code: 134, isWrapped: true }, "it was ended by SIGABRT"],
    [
      "for want of memory",
      { signal: "SIGABRT", stderr: "FATAL ERROR: Reached heap limit Allocation failed" },
      "it used up its 128 MB of memory",
    ],
    [
      "by an error that nobody caught",
      { code: 1, stderr: "file:///x.js:1\n  throw\nRangeError: out of frame\n    at x" },
      "it ended with code 1: RangeError: out of frame",
    ],
  ] as const) {
    it(`${what} is told in words`, () => {
      assert.equal(describeEnd({ ...END, ...end }), words);
    });
  }

  it("is told at a bounded length", () => {
    const stderr = `Error: ${"x".repeat(5_000)}`;
    assert.ok(describeEnd({ ...END, code: 1, stderr }).length < 400);
  });
});
