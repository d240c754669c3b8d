// The search field above the cards of plugins.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matchingPlugins } from "../src/pages/plugins/plugin-filter.ts";

const ONVIF = {
  ...{ name: "nightjar-camera-onvif", displayName: "ONVIF cameras", description: "Streams, PTZ and events" },
  provides: ["camera-driver:onvif"],
};
const MAIL = {
  ...{ name: "nightjar-linkage-email", displayName: "E-Mail", description: "Ereignisse als Nachricht" },
  provides: ["linkage-action:email"],
};
const PLUGINS = [ONVIF, MAIL];

describe("the filter of plugins", () => {
  it("finds each by what is read on its card, whatever the letters", () => {
    assert.deepEqual(matchingPlugins(PLUGINS, "onvif"), [ONVIF]);
    assert.deepEqual(matchingPlugins(PLUGINS, "  ptz Events"), [ONVIF]);
    assert.deepEqual(matchingPlugins(PLUGINS, "ereignisse"), [MAIL]);
    assert.deepEqual(matchingPlugins(PLUGINS, "linkage-action"), [MAIL]);
  });

  it("wants every word, and shows all while none is typed", () => {
    assert.deepEqual(matchingPlugins(PLUGINS, "onvif email"), []);
    assert.deepEqual(matchingPlugins(PLUGINS, " "), PLUGINS);
  });
});
