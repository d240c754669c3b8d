// Two people who change one holiday or rule at once: it stays one, and who comes second is told.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArmingRule, Holiday } from "../src/pages/arming/arming-words.ts";
import { heldHoliday, withArmingRule, withHoliday } from "../src/pages/arming/held-versions.ts";

const easter: Holiday = { name: "Easter", when: { by: "date", from: "2027-03-28", to: "2027-03-29" } };
const longer: Holiday = { ...easter, when: { by: "date", from: "2027-03-26", to: "2027-03-29" } };
const feast: Holiday = { name: "Feast", when: { by: "day-of-year", from: "12-24", to: "12-26" } };

describe("a holiday that two people change at once", () => {
  it("is put in the place of the one that was opened", () => {
    assert.deepEqual(withHoliday([feast, easter], easter, longer), [feast, longer]);
    assert.deepEqual(withHoliday([feast], undefined, easter), [feast, easter]);
  });

  it("does not become two: who saves second is told", () => {
    assert.equal(withHoliday([feast, longer], easter, { ...easter, enabled: false }), undefined);
    assert.equal(withHoliday([feast], easter, longer), undefined, "taken away meanwhile");
  });

  it("is found again under its name, to be compared with what is typed", () => {
    assert.equal(heldHoliday([feast, longer], easter), longer);
    assert.equal(heldHoliday([longer, easter], easter), easter);
    assert.equal(
      heldHoliday([longer, { ...longer, enabled: false }], easter),
      undefined,
      "which of the two?",
    );
    assert.equal(heldHoliday([feast], easter), undefined);
  });
});

describe("a rule of arming that two people change at once", () => {
  const rule: ArmingRule = { id: "rule-1", name: "Nights", types: ["motion"] };

  it("is replaced only as it was when it was opened", () => {
    const next: ArmingRule = { ...rule, name: "All nights" };
    assert.deepEqual(withArmingRule([rule], rule, next, "rule-2"), [next]);
    assert.equal(withArmingRule([{ ...rule, enabled: false }], rule, next, "rule-2"), undefined);
    assert.equal(withArmingRule([], rule, next, "rule-2"), undefined);
  });

  it("gets a number of its own where it is new", () => {
    const next: ArmingRule = { ...rule, name: "Days" };
    assert.deepEqual(withArmingRule([rule], undefined, next, "rule-2"), [rule, { ...next, id: "rule-2" }]);
  });
});
