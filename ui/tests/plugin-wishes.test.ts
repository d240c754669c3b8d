// What a plugin asks to be allowed, in words: topics of others by their names, with the presets of its settings.
import assert from "node:assert/strict";
import { it } from "node:test";
import { askHint, wishesText } from "../src/pages/plugins/plugin-words.ts";

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
