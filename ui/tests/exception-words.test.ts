// Which exception a problem is, and which linkage rules follow from one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LinkageRule } from "../src/api/types.ts";
import { followsFrom } from "../src/pages/linkage/linkage-words.ts";
import { exceptionOf } from "../src/state/problem-exceptions.ts";

describe("exceptions in the interface", () => {
  it("are found by the code of the problem", () => {
    for (const [code, kind] of [
      ["volume-full", "exception-volume-full"],
      ["volume-read-only", "exception-volume-error"],
      ["volume-replaced", undefined],
      ["camera-offline", "exception-camera-link"],
      ["camera-codec-unsupported", "exception-codec-mismatch"],
      ["recording-missing", "exception-record"],
      ["clock-stepped", "exception-clock"],
      ["node-lost", "exception-hot-spare"],
      ["plugin-quarantined", "exception-plugin"],
      ["database-rescued", undefined],
    ] as const)
      assert.equal(exceptionOf(code), kind, code);
  });

  it("name the rules that can follow, switched off or not", () => {
    const rule = (more: Partial<LinkageRule>): LinkageRule => ({ id: "r", name: "R", actions: [], ...more });
    const full = { type: "exception-volume-full", severity: "alarm", about: "recorder" };
    assert.equal(followsFrom(rule({}), full), true, "a rule about everything");
    assert.equal(followsFrom(rule({ types: ["exception-volume-full"], enabled: false }), full), true);
    assert.equal(followsFrom(rule({ severities: ["alarm"] }), full), true);
    for (const more of [
      { types: ["motion" as const] },
      { severities: ["warning" as const] },
      { cameras: ["yard"] },
      { detectorRules: ["gate"] },
    ])
      assert.equal(followsFrom(rule(more), full), false, JSON.stringify(more));
    const link = { ...full, type: "exception-camera-link", about: "camera" };
    assert.equal(followsFrom(rule({ cameras: ["yard"] }), link), true);
  });
});
