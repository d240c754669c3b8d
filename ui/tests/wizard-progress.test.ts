// What the wizard may propose and change once somebody has chosen something, in it or on the pages.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { demoChanges, furtherStep, isUntouched } from "../src/pages/wizard/wizard-progress.ts";

describe("progress of the wizard", () => {
  it("changes days and sound of the demo alone: footage of one's own cameras stays, however late it is gone on with", () => {
    const cameras = [
      { id: "demo", driver: "demo" },
      { id: "gate", driver: "rtsp" },
      { id: "yard", driver: "nightjar-camera-onvif/onvif" },
    ];
    assert.deepEqual(demoChanges(cameras, { retentionDays: 7, quotaBytes: 1e9, audio: true }), [
      { id: "demo", record: { retentionDays: 7, audio: true } },
    ]);
  });

  it("proposes in a step only until something was chosen there", () => {
    const at = (wizardStep: "zone" | "storage" | "camera") => ({ wizardDone: false, wizardStep });
    assert.equal(isUntouched(at("zone"), "zone"), true);
    assert.equal(isUntouched(at("storage"), "zone"), false);
    assert.equal(isUntouched(at("storage"), "storage"), true);
    assert.equal(isUntouched(at("camera"), "storage"), false);
    assert.equal(isUntouched({ wizardDone: true, wizardStep: "zone" }, "zone"), false, "left for later");
  });

  it("remembers the furthest step", () => {
    assert.equal(furtherStep("camera", "storage"), "camera");
    assert.equal(furtherStep("zone", "storage"), "storage");
    assert.equal(furtherStep("zone", "zone"), "zone");
  });
});
