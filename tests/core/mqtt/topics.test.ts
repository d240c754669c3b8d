// The table of topics and the matching of filters.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSoundFilter, isSoundTopic, matches } from "../../../core/mqtt/topic-filters.ts";
import { readTopic, TOPICS, type TopicName, topicOf } from "../../../core/mqtt/topics.ts";

/** Every topic as other programs know it (what stays, what is told, what is taken): whoever renames one breaks them. */
const SPOKEN = {
  stays: [
    "house/node/n1/state",
    "house/node/n1/info",
    "house/node/n1/health",
    "house/node/n1/arming/state",
    "house/node/n1/arming/profile/state",
    "house/node/n1/arming/rule/tell-home/state",
    "house/node/n1/output/gate/state",
    "house/node/n1/output/gate/info",
    "house/node/n1/input/bell/state",
    "house/node/n1/input/bell/info",
    "house/node/n1/plugin/nightjar-bridge-x/a/b",
    "house/camera/yard-2/availability",
    "house/camera/yard-2/state",
    "house/camera/yard-2/health",
    "house/camera/yard-2/manual-recording/state",
    "house/camera/yard-2/enabled/state",
    "house/camera/yard-2/record-mode/state",
    "house/camera/yard-2/detection/state",
    "house/camera/yard-2/detector/nightjar-bridge-x/motion/state",
    "house/camera/yard-2/auxiliary/siren/state",
    "house/camera/yard-2/detect/line-crossing/state",
    "house/camera/yard-2/detect/line-crossing/tell-home/state",
    "house/camera/yard-2/event/snapshot",
    "house/camera/yard-2/snapshot",
    "house/camera/yard-2/snapshot_url",
    "house/storage/0b9c-1/state",
  ],
  told: [
    "house/node/n1/event",
    "house/node/n1/response/snapshot",
    "house/node/n1/linkage/tell-home/event",
    "house/camera/yard-2/event",
    "house/exception/line-crossing",
    "house/pos/bar/event",
  ],
  taken: [
    "house/node/n1/request/snapshot",
    "house/node/n1/arming/profile/set",
    "house/node/n1/output/gate/set",
    "house/node/n1/input/bell/set",
    "house/node/n1/plugin/nightjar-bridge-x/a/b/set",
    "house/camera/yard-2/manual-recording/set",
    "house/camera/yard-2/enabled/set",
    "house/camera/yard-2/record-mode/set",
    "house/camera/yard-2/detection/set",
    "house/camera/yard-2/detector/nightjar-bridge-x/motion/set",
    "house/camera/yard-2/auxiliary/siren/set",
    "house/camera/yard-2/ptz/set",
    "house/camera/yard-2/snapshot/set",
  ],
};
const IDS = {
  node: "n1",
  camera: "yard-2",
  volume: "0b9c-1",
  command: "snapshot",
  rule: "tell-home",
  type: "line-crossing",
  part: "siren",
  detector: "motion",
  till: "bar",
  output: "gate",
  input: "bell",
  plugin: "nightjar-bridge-x",
  below: "a/b",
};

describe("topics of Nightjar", () => {
  it("are those that other programs know, retained where something is so, and never where something happens or is asked for", () => {
    const names = Object.keys(TOPICS) as TopicName[];
    const spoken = Map.groupBy(names, (name) => {
      const { direction, retained } = TOPICS[name];
      return direction === "in" ? `taken ${retained}` : `told ${retained}`;
    });
    const topicsOf = (key: string): string[] =>
      (spoken.get(key) ?? []).map((name) => topicOf("house", name, IDS)).sort();
    assert.deepEqual(topicsOf("told true"), SPOKEN.stays.toSorted());
    assert.deepEqual(topicsOf("told false"), SPOKEN.told.toSorted());
    assert.deepEqual(topicsOf("taken false"), SPOKEN.taken.toSorted());
    assert.deepEqual(topicsOf("taken true"), []);
  });

  it("are read as what they were made of, and nothing else is one", () => {
    for (const name of Object.keys(TOPICS) as TopicName[]) {
      const found = readTopic("house", topicOf("house", name, IDS));
      assert.equal(found?.name, name);
      for (const [key, id] of Object.entries(found?.ids ?? {}))
        assert.equal(id, IDS[key as keyof typeof IDS]);
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
