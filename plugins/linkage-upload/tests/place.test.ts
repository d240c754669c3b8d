// Where files go, and that nothing that a camera, a rule or a plugin is called leads out of there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FOLDER_PATTERN, placeOf, safeName } from "../src/place.ts";
import { requestFor } from "./requests.ts";

const KEPT = new RegExp(FOLDER_PATTERN, "u");

describe("where files of an event go", () => {
  it("is told by words for what happened, in the recorder's time zone", () => {
    const request = requestFor({});
    const place = placeOf(request, "{recorder}/{year}-{month}/{day} {hour}/{camera} {type}/{rule}/{date}");
    // Summer time has begun an hour ago.
    assert.deepEqual(place.folder, [
      ...["Home", "2026-03", "29 03", "gate motion", "Nächtliche Bewegung", "2026-03-29"],
    ]);
    assert.equal(place.name("json"), "2026-03-29_03-59-59-000_motion_17.json");
    assert.equal(
      place.name("jpg", Date.parse(request.event.start) + 1_500),
      "2026-03-29_04-00-00-500_motion_17.jpg",
    );
  });

  it("says of a test that it is one", () => {
    const place = placeOf(requestFor({}, { isTest: true }), "");
    assert.deepEqual(place.folder, []);
    assert.match(place.name("json"), /^test_2026/);
  });

  it("is below the target's folder, whatever anything is called", () => {
    const request = requestFor({});
    for (const name of ["..", "../../etc", "/", "a/../b", "\\..\\x", "\0", ". .", "\u202e..", "\ud800/.."]) {
      const odd = { ...request, recorderName: name, rule: { id: "x", name } };
      for (const step of placeOf(odd, "{recorder}/{rule}/{recorder}{rule}").folder) {
        assert.doesNotMatch(step, /[/\\\0\p{Cc}\p{Cf}]|^\.|\.$/u, JSON.stringify(name));
        assert.notEqual(step, "");
      }
    }
  });

  it("has a bound", () => {
    const folder = Array.from({ length: 30 }, () => "a").join("/");
    assert.equal(placeOf(requestFor({}), folder).folder.length, 12);
    assert.equal(safeName("x".repeat(500)).length, 60);
  });

  for (const folder of ["", "alarms", "{recorder}/{camera}/{date}", "a b/Straße/门", "a..b/.c"])
    it(`may be "${folder}"`, () => assert.match(folder, KEPT));
  for (const folder of [
    "/etc",
    "..",
    "a/../b",
    "a/..",
    "./a",
    "a\\b",
    "a\nb",
    "{other}",
    "{",
    "a}",
    "{camera",
  ])
    it(`is refused as ${JSON.stringify(folder)} when the rule is kept`, () =>
      assert.doesNotMatch(folder, KEPT));
});
