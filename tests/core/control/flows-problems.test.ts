// What the list of problems says of flows that could not be read, in the recorder's words and in those of the pages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { flowsProblems } from "../../../core/control/standing-problems.ts";
import type { FlowsView } from "../../../core/http/flows-schemas.ts";
import { textFrom } from "../../../ui/src/locale/problem-text.ts";

const FILE = "flows.unreadable-20260102T030405001Z.json";
const ON = { enabled: true, allowed: { programs: false, folders: [] as string[], modules: false } };
const COPIED: FlowsView = {
  ...{ ...ON, status: "running" },
  setAside: { file: FILE, reason: "not-json", copyAt: "2026-01-02T03:04:05.000Z" },
};
const NO_COPY: FlowsView = {
  ...{ ...ON, status: "safe", because: "unreadable" },
  setAside: { file: FILE, reason: "not-json" },
};

describe("flows that could not be read, in the list of problems", () => {
  it("are where they lie, with the copy that runs; without one nothing is said to have taken their place", () => {
    const [copied, ...others] = flowsProblems(COPIED);
    assert.deepEqual([copied?.code, copied?.severity, others.length], ["flows-set-aside", "warning", 0]);
    assert.match(
      copied?.message ?? "",
      new RegExp(`lie in flows/${FILE} .*the copy of 2026-01-02 03:04 UTC`),
    );
    const [none, ...more] = flowsProblems(NO_COPY);
    assert.deepEqual([none?.code, none?.severity, more.length], ["flows-safe-mode", "error", 0]);
    assert.match(
      none?.message ?? "",
      new RegExp(`flows do not run: .*lie in flows/${FILE} .*there is no copy`),
    );
    assert.doesNotMatch(none?.message ?? "", /Node-RED|took their place/);
  });

  it("are told in the other languages with the same facts", () => {
    for (const language of ["de", "es", "zh"]) {
      const path = new URL(`../../../ui/src/locale/problems/${language}.json`, import.meta.url);
      const texts = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
      const shown = [...flowsProblems(COPIED), ...flowsProblems(NO_COPY)].map(
        ({ code, message, context = {} }) => textFrom(texts, { code, context, sentence: message }).text,
      );
      for (const [index, text] of shown.entries()) {
        assert.ok(text.includes(`flows/${FILE}`), `${language}: ${text}`);
        assert.equal(text.includes("2026-01-02 03:04 UTC"), index === 0, `${language}: ${text}`);
        assert.doesNotMatch(text, /flows do not run|could not be read/, language);
      }
    }
  });
});
