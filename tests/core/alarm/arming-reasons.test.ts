// What of arming holds at a moment, for people: profiles, schedules with their edges, holidays, days of 23 and 25 hours.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { armingReasons } from "../../../core/alarm/arming-reasons.ts";
import { alarmConfig } from "./alarm-fixture.ts";

const day = [{ from: "02:30", to: "03:30" }];
const week = { sunday: day, monday: day, holiday: [{ from: "00:00", to: "24:00" }] };
const config = alarmConfig({
  arming: {
    profiles: [
      { id: "home", name: "At home" },
      { id: "away", name: "Away" },
      { id: "off", name: "Off", arms: "nothing" },
    ],
    holidays: [{ name: "May Day", when: { by: "day-of-year", from: "05-01", to: "05-01" } }],
    rules: [
      { id: "early", name: "Early", types: ["motion"], cameras: ["yard"], schedule: week },
      { id: "away", name: "Away only", types: ["motion", "tamper"], profiles: ["away"] },
      { id: "none", name: "Nobody's", types: ["motion"], enabled: false },
    ],
  },
  profile: "home",
});
const ask = (iso: string, profileId = "home", camera = "yard") =>
  armingReasons(config, "Europe/Berlin", {
    ...{ camera, atMs: Date.parse(iso), profileId },
    types: ["motion", "intrusion"],
  });

describe("the reasons of arming", () => {
  it("are of each rule about the camera and the kinds, switched off ones too", () => {
    const { rules, armed, unarmed, profile } = ask("2026-11-02T12:00:00Z");
    assert.deepEqual(
      rules.map(({ id, enabled, isInProfile, isOn }) => [id, enabled, isInProfile, isOn]),
      [
        ["early", true, true, false],
        ["away", true, false, true],
        ["none", false, true, true],
      ],
    );
    assert.deepEqual([armed, unarmed, profile], [["intrusion"], ["motion"], "At home"]);
    assert.deepEqual(
      ask("2026-11-02T12:00:00Z", "away", "gate").rules.map(({ id }) => id),
      ["away", "none"],
    );
    assert.equal(ask("2026-11-02T12:00:00Z", "off").arms, "nothing");
    assert.deepEqual(ask("2026-11-02T12:00:00Z", "off").armed, []);
  });

  it("tell since and until when a schedule is as it is", () => {
    const [on] = ask("2026-11-02T02:00:00Z").rules;
    assert.deepEqual(
      [on?.isOn, on?.sinceMs, on?.untilMs],
      [true, Date.parse("2026-11-02T01:30:00Z"), Date.parse("2026-11-02T02:30:00Z")],
    );
    const [off] = ask("2026-11-02T12:00:00Z").rules;
    assert.deepEqual(
      [off?.isOn, off?.sinceMs, off?.untilMs],
      [false, Date.parse("2026-11-02T02:30:00Z"), Date.parse("2026-11-08T01:30:00Z")],
    );
  });

  it("know days of 23 and 25 hours", () => {
    const forward = ask("2026-03-29T01:15:00Z");
    assert.equal(forward.clockChange, "forward");
    // 02:30 is left out: it is on from 03:00, which follows 02:00, to 03:30.
    assert.deepEqual(
      [forward.rules[0]?.isOn, forward.rules[0]?.sinceMs, forward.rules[0]?.untilMs],
      [true, Date.parse("2026-03-29T01:00:00Z"), Date.parse("2026-03-29T01:30:00Z")],
    );
    for (const iso of ["2026-10-25T00:45:00Z", "2026-10-25T01:45:00Z"]) {
      assert.equal(ask(iso).clockChange, "back");
      assert.equal(ask(iso).rules[0]?.isOn, true, "the hour that comes twice counts twice");
    }
    assert.equal(ask("2026-10-25T01:15:00Z").rules[0]?.isOn, false, "02:15 for the second time");
    for (const iso of ["2026-10-24T20:00:00Z", "2026-10-26T06:00:00Z"])
      assert.equal(ask(iso).clockChange, undefined, iso);
  });

  it("name the holiday whose row holds", () => {
    const [rule] = ask("2026-05-01T12:00:00Z").rules;
    assert.deepEqual([rule?.isOn, rule?.holiday], [true, "May Day"]);
  });
});
