// What a plugin asks to be allowed, in words: topics of others by their names, with the presets of its settings. What can be
// done about one that is refused, and which come first.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Plugin } from "../src/api/types.ts";
import { askHint, refusalAdvice, troubledFirst, wishesText } from "../src/pages/plugins/plugin-words.ts";

it("names the topics of others that a plugin wants, before it is installed and on its card", () => {
  const mqttTopics = {
    publish: ["{prefix:homeassistant}/device/+/config", "lamps/+/set"],
    subscribe: ["{prefix:homeassistant}/status"],
  };
  assert.equal(
    wishesText({ network: false, mqttTopics }),
    "Wants topics of others over MQTT. It publishes homeassistant/device/+/config, lamps/+/set. It listens to homeassistant/status.",
  );
  const topics = { publish: ["home/device/+/config"], subscribe: [] };
  assert.match(
    askHint({ permission: "mqttTopics", granted: true, topics }),
    /It publishes home\/device\/\+\/config\.$/,
  );
});

it("says what can be done about a refused plugin, unless the reason says it", () => {
  const advice = (which: string): string | undefined =>
    refusalAdvice({ status: "refused", context: { case: which } } as unknown as Plugin);
  assert.equal(advice("engine"), "plugins.refused.version");
  assert.equal(advice("second-core"), "plugins.refused.package");
  assert.equal(advice("twice"), undefined);
  assert.equal(
    refusalAdvice({ status: "failed", context: { case: "engine" } } as unknown as Plugin),
    undefined,
  );
});

it("shows first what waits for somebody, and leaves the others where they are", () => {
  const list = ["running", "restarting", "quarantined", "disabled", "failed"].map(
    (status) => ({ name: status, status }) as unknown as Plugin,
  );
  assert.deepEqual(
    troubledFirst(list).map(({ name }) => name),
    ["quarantined", "failed", "running", "restarting", "disabled"],
  );
});
