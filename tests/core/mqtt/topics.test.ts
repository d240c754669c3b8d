// The table of topics and the matching of filters.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSoundFilter, isSoundTopic, matches } from "../../../core/mqtt/topic-filters.ts";
import { readTopic, TOPICS, type TopicName, topicOf } from "../../../core/mqtt/topics.ts";

describe("topics of Nightjar", () => {
  it("are read as what they were made of, and nothing else is one", () => {
    const ids = {
      node: "n1",
      camera: "yard-2",
      volume: "0b9c-1",
      command: "snapshot",
      rule: "tell-home",
      type: "line-crossing",
      part: "siren",
      detector: "motion",
      till: "bar",
      plugin: "nightjar-bridge-x",
      below: "a/b",
    };
    for (const name of Object.keys(TOPICS) as TopicName[]) {
      const found = readTopic("house", topicOf("house", name, ids));
      assert.equal(found?.name, name);
    }
    for (const topic of [
      "house",
      "house/",
      "other/camera/yard/state",
      "house/camera/yard/state/more",
      "house/camera//state",
      "house/camera/Yard/state",
      "house/camera/../state",
    ]) {
      assert.equal(readTopic("house", topic), undefined, topic);
    }
  });

  it("never retain what is asked for or what happens, only what is", () => {
    for (const { path, direction, retained } of Object.values(TOPICS)) {
      if (direction === "in" || /event|response|exception/.test(path)) assert.equal(retained, false, path);
      else assert.equal(retained, true, path);
    }
  });
});

describe("filters of MQTT (3.1.1 §4.7)", () => {
  it("match as the standard says", () => {
    const cases: [string, string, boolean][] = [
      ["a/#", "a", true],
      ["a/#", "a/b/c", true],
      ["a/+", "a/b", true],
      ["a/+", "a/b/c", false],
      ["+/+", "/a", true],
      ["+", "/a", false],
      ["#", "$SYS/x", false],
      ["+/x", "$SYS/x", false],
      ["$SYS/#", "$SYS/x", true],
      ["a", "a/b", false],
      ["a/+/c", "a//c", true],
    ];
    for (const [filter, topic, expected] of cases)
      assert.equal(matches(filter, topic), expected, `${filter} ${topic}`);
  });

  it("are refused where they are not sound", () => {
    for (const filter of ["a/#/b", "a#", "+a/b", "a/b+", "", "a\u0000", "a\uFFFD", "x/".repeat(20)]) {
      assert.equal(isSoundFilter(filter), false, filter);
    }
    for (const filter of ["#", "+/#", "a/+/b", "/"]) assert.equal(isSoundFilter(filter), true, filter);
    for (const topic of ["a/+", "#", "", "a\n"]) assert.equal(isSoundTopic(topic), false, topic);
  });
});
