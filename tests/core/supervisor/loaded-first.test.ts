import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadedFirst } from "../../../core/supervisor/loaded-first.ts";

describe("what is loaded before everything else", () => {
  it("is passed on in both ways of saying it, and nothing else is", () => {
    const told = ["--disable-warning=X", "--import", "file:///a.mjs", "--cpu-prof", "--import=file:///b.mjs"];
    assert.deepEqual(loadedFirst(told), ["--import", "file:///a.mjs", "--import=file:///b.mjs"]);
    assert.deepEqual(loadedFirst(["--inspect"]), []);
  });
});
