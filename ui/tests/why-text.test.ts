// "Why?" in words: every sentence of the recorder in every language with the same facts, and how facts are said.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { EXPLAIN_PAGES, EXPLAIN_STATES, EXPLAIN_STEPS } from "../../core/explain/explanation.ts";
import { SENTENCES } from "../../core/explain/sentences.ts";
import { momentInQuestion } from "../src/pages/playback/moment.ts";
import { whyText } from "../src/pages/why/why-text.ts";

function textsOf(language: string): Record<string, string> {
  const path = join(import.meta.dirname, `../src/locale/explain/${language}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}

const english = textsOf("en");
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
/** Facts in one pair of brackets are left out together. */
const optional = (text: string) =>
  [...text.matchAll(/\[([^\]]*)\]/g)].map(([, part = ""]) => places(part).join());

describe("the words of why", () => {
  it("are in English those of the recorder, and those of the panel", () => {
    const panel = [
      ...["panel.now", "panel.todays"],
      ...EXPLAIN_STATES.map((state) => `state.${state}`),
      ...EXPLAIN_STEPS.map((step) => `step.${step}`),
      ...EXPLAIN_PAGES.map((page) => `link.${page}`),
    ];
    assert.deepEqual(Object.keys(english).sort(), [...Object.keys(SENTENCES), ...panel].sort());
    for (const [code, sentence] of Object.entries(SENTENCES)) assert.equal(english[code], sentence, code);
  });

  for (const language of ["de", "es", "zh"])
    it(`are all there in ${language}, with the same facts in the same brackets`, () => {
      const words = textsOf(language);
      assert.deepEqual(Object.keys(words), Object.keys(english));
      for (const [key, text] of Object.entries(words)) {
        assert.notEqual(text.trim(), "", key);
        assert.deepEqual(places(text), places(english[key] ?? ""), key);
        assert.deepEqual(optional(text), optional(english[key] ?? ""), key);
      }
      const same = Object.keys(english).filter((key) => words[key] === english[key]);
      assert.ok(same.length <= 3, same.join(" "));
    });

  it("say moments, kinds, faults and reasons in the viewer's way; what is not known as it comes", () => {
    const speaker = {
      texts: english,
      moment: (iso: string) => `<${iso}>`,
      type: (id: string) => id.toUpperCase(),
    };
    const say = (code: string, context = {}) => whyText({ code, context, message: "own words" }, speaker);
    assert.equal(
      say("why-not-offline", { fault: "wrong-password", from: "a" }),
      "Not recorded: the camera was offline (wrong password) from <a>.",
    );
    assert.equal(say("why-recorded", { reasons: "motion,odd" }), "Recorded, because of motion, odd.");
    assert.equal(say("armed", { types: "motion,tamper" }), "Armed: MOTION, TAMPER.");
    assert.equal(say("arm-rule-on", { rule: "[x] {to}" }), "“[x] {to}” arms.");
    assert.equal(say("constructor"), "own words");
  });
});

describe("the moment in question", () => {
  const spans = [
    { startMs: 0, endMs: 10_000 },
    { startMs: 20_000, endMs: 30_000 },
  ];
  it("is the one in the gap that was clicked, while the picture stands behind the gap", () => {
    assert.equal(momentInQuestion(spans, 15_000, 20_000), 15_000);
    assert.equal(momentInQuestion(spans, 15_000, 25_000), 25_000, "the picture went on");
    assert.equal(momentInQuestion(spans, 40_000, 29_000), 40_000, "nothing is recorded since");
    assert.equal(momentInQuestion(spans, 5_000, 5_040), 5_040);
    assert.equal(momentInQuestion([], undefined, undefined), undefined);
  });
});
