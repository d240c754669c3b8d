import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { processorMs } from "../../../core/testing/processor-time.ts";
import { arming, NOON_MS } from "./alarm-fixture.ts";

const HOUR_MS = 3_600_000;
const profiles = [
  { id: "home", name: "Home" },
  { id: "away", name: "Away" },
  { id: "panic", name: "Panic", arms: "everything" },
  { id: "off", name: "Off", arms: "nothing" },
];
const rules = [
  { id: "yard", name: "Yard", types: ["motion"], cameras: ["yard"], profiles: ["away"] },
  {
    id: "night",
    name: "Night",
    types: ["motion", "intrusion"],
    schedule: { thursday: [{ from: "22:00", to: "06:00" }] },
    mergeSeconds: 10,
  },
  { id: "gone", name: "Switched off", enabled: false, types: ["tamper"], schedule: {} },
];
const made = (profile: string) => arming({ profile, arming: { profiles, rules } });

describe("what is armed (manual 11.1)", () => {
  it("is what one of the rules arms, everything that no rule is about, and exceptions always", () => {
    const home = made("home");
    const night = NOON_MS + 11 * HOUR_MS;
    assert.equal(home.isArmed("motion", "yard", NOON_MS), false);
    assert.equal(home.isArmed("motion", "yard", night), true);
    assert.equal(made("away").isArmed("motion", "yard", NOON_MS), true);
    assert.equal(made("away").isArmed("motion", "gate", NOON_MS), false);
    assert.equal(home.isArmed("tamper", "yard", NOON_MS), true, "a rule that is switched off says nothing");
    assert.equal(home.isArmed("exception-cpu", undefined, NOON_MS), true);
  });

  it("is everything or nothing in a profile that says so, but for exceptions", () => {
    assert.equal(made("panic").isArmed("motion", "gate", NOON_MS), true);
    assert.equal(made("off").isArmed("tamper", "gate", NOON_MS), false);
    assert.equal(made("off").isArmed("exception-cpu", undefined, NOON_MS), true);
  });

  it("is explained by what decides", () => {
    const home = made("home");
    assert.deepEqual(home.explain("motion", "yard", NOON_MS), {
      armed: false,
      because: "rule",
      rules: ["yard", "night"],
    });
    assert.deepEqual(home.explain("motion", "yard", NOON_MS + 11 * HOUR_MS), {
      armed: true,
      because: "rule",
      rules: ["night"],
    });
    assert.equal(home.explain("tamper", "yard", NOON_MS).because, "no-rule");
    assert.equal(home.explain("exception-cpu", undefined, NOON_MS).because, "exception");
    assert.equal(made("off").explain("motion", "yard", NOON_MS).because, "profile");
  });

  it("changes when a schedule does, and says when that is next", () => {
    assert.deepEqual(made("home").rulesAt(NOON_MS), [
      { id: "yard", armed: false, changesAtMs: undefined },
      { id: "night", armed: false, changesAtMs: NOON_MS + 10 * HOUR_MS },
    ]);
  });

  it("is put together as the first rule about it says", () => {
    const home = made("home");
    assert.equal(home.timingOf("intrusion", "yard").mergeMs, 10_000);
    assert.equal(home.timingOf("motion", "yard").mergeMs, 2_000);
    assert.equal(home.timingOf("exception-cpu", undefined).maxOpenMs, undefined);
  });

  it("is answered fast, with a thousand rules", () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({
      id: `r${n}`,
      name: "R",
      types: ["motion"],
      cameras: [`c${n}`],
      schedule: { thursday: [{ from: "22:00", to: "06:00" }] },
    }));
    const armed = arming({ arming: { rules: many } });
    const took = processorMs(() => {
      for (let n = 0; n < 1_000; n += 1) armed.isArmed("motion", `c${n}`, NOON_MS);
    });
    assert.ok(took < 2_000, `${took} ms: 2 ms each at the very most`);
  });
});
