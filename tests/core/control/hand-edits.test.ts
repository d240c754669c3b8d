// Edits of config.json by hand, as the audit log is told of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import type { FrozenConfig } from "../../../core/config/config-store.ts";
import { handEditActs } from "../../../core/control/hand-edits.ts";
import { cameraConfig } from "../settings/settings-fixture.ts";

function config(own: object): FrozenConfig {
  const node = { id: "here", name: "Here" };
  return checkConfig("config", { version: 1, node, timeZone: "UTC", ...own });
}

describe("an edit of config.json by hand", () => {
  it("is told part by part, each camera by itself, and never with a value", () => {
    const before = config({ cameras: [cameraConfig("yard"), cameraConfig("gate"), cameraConfig("old")] });
    const yard = cameraConfig("yard", { url: "rtsp://192.0.2.66/secret-path" });
    const after = config({
      network: { http: { port: 8481 } },
      linkage: { rules: [{ id: "r", name: "R", actions: [{ action: "record" }] }] },
      cameras: [{ ...yard, enabled: false }, cameraConfig("gate"), cameraConfig("new")],
    });
    const acts = handEditActs(after, before);
    assert.deepEqual(
      acts.map(({ action, camera, detail }) => [action, camera, detail]),
      [
        ["config-edited", undefined, { changed: ["cameras", "linkage", "network"] }],
        ["camera-changed", "yard", { changed: ["config", "enabled"] }],
        ["camera-added", "new", { name: "Camera new", driver: "rtsp" }],
        ["camera-removed", "old", { footage: "keep" }],
      ],
    );
    assert.ok(acts.every(({ userName }) => userName === "config.json"));
    assert.ok(!JSON.stringify(acts).includes("secret-path"));
  });

  it("of what a camera detects is told as that", () => {
    const detection = { enabled: true, detectors: {} };
    const acts = handEditActs(
      config({ cameras: [{ ...cameraConfig("yard"), detection }] }),
      config({ cameras: [cameraConfig("yard")] }),
    );
    assert.deepEqual(
      acts.map(({ action }) => action),
      ["config-edited", "detection-changed"],
    );
  });

  it("that changes the layout of the file alone is none", () => {
    const same = config({});
    assert.deepEqual(handEditActs({ ...same, $schema: "./other.json" }, same), []);
  });
});
