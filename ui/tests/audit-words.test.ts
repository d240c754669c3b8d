// Every act that the recorder writes to the audit log, and every fact of one, has its words: the sources are read for them.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ACT_GROUPS, ACTION_TEXT, actText } from "../src/pages/audit/audit-words.ts";
import { DETAIL_TEXT, detailText } from "../src/pages/audit/detail-words.ts";

const CORE = join(import.meta.dirname, "../../core");
/** Where acts are written: `audit("x", …)`, `#record("x", …)`, `record(actor, "x", …)`, `action: "x"`. */
const WRITES = /(?:\baudit\(|\brecord\((?:\s*actor,)?|\baction(?::| =))\s*([^,;{}]*)/g;
const ACT = /"((?:[a-z]+-)+[a-z]+|activated)"/g;
/** Names of types, and of what only looks like an act. */
const NO_ACT = new Set(["second-factor", "password-wrong"]);

// What follows acts in templates of plugins, and in the contract suites, writes none.
const sources = globSync("**/*.ts", { cwd: CORE })
  .filter((path) => !/^(?:plugin\/create\/templates|testing)\//.test(path))
  .map((path) => readFileSync(join(CORE, path), "utf8"))
  .filter((text) => /audit/i.test(text));

function recordedActs(): Set<string> {
  const found = new Set<string>();
  for (const text of sources)
    for (const [, argument = ""] of text.matchAll(WRITES))
      for (const [, act = ""] of argument.matchAll(ACT)) if (!NO_ACT.has(act)) found.add(act);
  return found;
}

/** The keys of each object that follows an act. */
function recordedFacts(): Set<string> {
  const found = new Set<string>();
  const written = /(?:\baudit\([^{};]*|\brecord\([^{};]*"[^{};]*|\bdetail: )(\{(?:[^{}]|\{[^{}]*\})*\})/g;
  for (const text of sources) {
    for (const [, object = ""] of text.matchAll(written)) {
      const plain = object.replaceAll(/"[^"]*"|\/\/.*$/gm, "");
      for (const [, key = ""] of plain.matchAll(/(?:\{|,)\s*(\w+)\s*(?=[:,}])/g)) found.add(key);
    }
  }
  return found;
}

describe("words of the audit log", () => {
  const acts = recordedActs();

  it("are there for every act that the recorder writes down, and for no other", () => {
    assert.ok(acts.size > 40, [...acts].join(" "));
    assert.deepEqual(
      [...acts].filter((act) => ACTION_TEXT[act] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(ACTION_TEXT).filter((act) => !acts.has(act)),
      [],
    );
  });

  it("are there for every fact of an act", () => {
    const facts = recordedFacts();
    assert.ok(facts.size > 25, [...facts].join(" "));
    assert.deepEqual(
      [...facts].filter((key) => DETAIL_TEXT[key] === undefined),
      [],
    );
  });

  it("stand in exactly one group each, so that every act can be filtered for", () => {
    const grouped = ACT_GROUPS.flatMap(({ actions }) => actions);
    assert.deepEqual([...grouped].sort(), Object.keys(ACTION_TEXT).sort());
  });

  it("say facts and their values as people do, and leave out what stands elsewhere", () => {
    const names = {
      momentText: (iso: string) => `<${iso}>`,
      cameraName: (id: string) => (id === "gate" ? "The gate" : id),
    };
    const text = (detail: Readonly<Record<string, unknown>>) => detailText(detail, names);
    assert.equal(actText("recordings-locked"), "Recordings locked");
    assert.equal(actText("of-a-later-version"), "of-a-later-version");
    assert.equal(
      text({ user: "anna", role: "viewer", enabled: false, token: "x", tokenId: "y", until: undefined }),
      "Account: anna · Role: Viewer · May sign in: no",
    );
    assert.equal(
      text({ stream: "sub", start90k: 90 * Date.UTC(2026, 10, 22), later: [1, 2], expires: "never" }),
      "Stream: Sub · From: <2026-11-22T00:00:00.000Z> · later: 1, 2 · Ends: never",
    );
    assert.equal(
      text({ cameras: ["yard", { id: "gate", rights: ["live", "playback"] }] }),
      "Cameras: yard, The gate (Watch live, Play recordings)",
    );
    assert.equal(
      text({ rights: ["live", "cameras.view", "of-a-later-version"], cameras: "all" }),
      "Rights: Watch live, See cameras and their state, of-a-later-version · Cameras: all",
    );
    assert.equal(
      text({ unknownName: "0123abcd", toString: "x" }),
      "No account of that name, mark: 0123abcd · toString: x",
    );
  });
});
