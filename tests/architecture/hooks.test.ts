// The catalogue of hooks is what it says: names by the grammar of their kinds, and a hook made for each. (That
// docs/reference/hooks.md is written from it: reference-docs.test.ts.)
import assert from "node:assert/strict";
import { it } from "node:test";
import { createHooks } from "../../core/plugin/calls/hooks.ts";
import { HOOKS, type HookCard } from "../../core/plugin/contract/hook-catalogue.ts";
import { hooksPage } from "../../scripts/hooks-page.ts";

const CARDS = Object.entries(HOOKS) as [string, HookCard][];

it("hooks are called after their kinds", () => {
  for (const [name, { kind }] of CARDS) {
    assert.equal(name.startsWith("before"), kind === "veto", name);
    assert.equal(/(?:ed|^ready)$/.test(name), kind === "notification", name);
  }
});

it("each hook is made, is bounded, and stands in the reference with what it is given", () => {
  const made = createHooks({ failed: () => undefined, measured: () => undefined });
  assert.deepEqual(Object.keys(made), Object.keys(HOOKS));
  const page = hooksPage("");
  for (const [name, { kind, args, limitMs }] of CARDS) {
    assert.ok(limitMs > 0 && limitMs <= 10_000, name);
    assert.ok(page.includes(`| \`${name}\` | ${kind} | ${args.join(", ")} | ${limitMs / 1_000} s |`), name);
  }
});
