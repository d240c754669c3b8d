import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import { ConfigInvalidError } from "../../../core/config/config-errors.ts";
import { initialConfig } from "../../../core/config/initial-config.ts";

const check = (alarms: unknown) =>
  checkConfig("the test", { ...initialConfig(), timeZone: "UTC", alarms }).alarms;

function problemsOf(alarms: unknown): readonly string[] {
  try {
    check(alarms);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError);
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

const rule = (change: object) => ({
  arming: { rules: [{ id: "a", name: "A", types: ["motion"], ...change }] },
});
const period = (from: string, to: string) => ({ from, to });

describe("the alarm settings", () => {
  it("are complete without a word: three profiles, everything armed", () => {
    const alarms = check({});
    assert.deepEqual(
      alarms.arming.profiles.map(({ id }) => id),
      ["home", "away", "night"],
    );
    assert.deepEqual([alarms.profile, alarms.arming.rules, alarms.mergeSeconds], ["home", [], 2]);
    assert.equal(check(rule({})).arming.rules[0]?.enabled, true);
  });

  it("refuse overlapping periods with their place, over midnight too", () => {
    const overlapping = { monday: [period("08:00", "12:00"), period("11:00", "13:00")] };
    assert.deepEqual(problemsOf(rule({ schedule: overlapping })), [
      "/alarms/arming/rules/0/schedule/monday/1 (11:00 to 13:00) overlaps 08:00 to 12:00 of monday",
    ]);
    const night = { monday: [period("22:00", "06:00")], tuesday: [period("05:00", "07:00")] };
    assert.match(problemsOf(rule({ schedule: night })).join(), /rules\/0\/schedule\/tuesday\/0 .* of monday/);
    assert.deepEqual(
      problemsOf(rule({ schedule: { monday: [period("08:00", "12:00"), period("12:00", "08:00")] } })),
      [],
    );
  });

  it("refuse unknown types, exceptions in rules, doubled ids, profiles that there are not", () => {
    assert.match(problemsOf(rule({ types: ["movement"] })).join(), /rules\/0\/types\/0 must be one of/);
    assert.match(problemsOf(rule({ types: ["exception-cpu"] })).join(), /rules\/0\/types\/0 must be one of/);
    assert.match(problemsOf(rule({ types: [] })).join(), /rules\/0\/types/);
    assert.match(
      problemsOf(rule({ profiles: ["holidays"] })).join(),
      /rules\/0\/profiles\/0 "holidays" is no profile/,
    );
    assert.match(problemsOf({ profile: "gone" }).join(), /\/alarms\/profile "gone" is no profile/);
    const twice = [...rule({}).arming.rules, ...rule({}).arming.rules];
    assert.match(
      problemsOf({ arming: { rules: twice } }).join(),
      /rules\/1\/id "a" is the id of another one/,
    );
  });

  it("want a place for the sun, and dates that there are", () => {
    const dusk = rule({ schedule: { monday: [period("sunset-30", "sunrise")] } });
    assert.match(problemsOf(dusk).join(), /\/alarms\/arming\/place is missing: the rule "A" goes by/);
    const place = { latitude: 52, longitude: 13 };
    assert.deepEqual(problemsOf({ arming: { ...dusk.arming, place } }), []);
    const holiday = (by: string, from: unknown, to: unknown) =>
      problemsOf({ arming: { holidays: [{ name: "H", when: { by, from, to } }] } }).join();
    assert.match(
      holiday("date", "2027-02-29", "2027-03-01"),
      /holidays\/0\/when\/from "2027-02-29" is no day/,
    );
    assert.match(
      holiday("date", "2027-03-02", "2027-03-01"),
      /holidays\/0\/when\/to is before the first day/,
    );
    assert.match(holiday("day-of-year", "02-30", "03-01"), /holidays\/0\/when\/from "02-30" is no day/);
    assert.equal(holiday("day-of-year", "02-29", "02-29"), "");
    assert.equal(holiday("day-of-year", "12-24", "01-02"), "");
    assert.notEqual(holiday("moon", "12-24", "01-02"), "");
  });
});
