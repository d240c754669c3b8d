// The levels of video tampering on the page of detection, in a browser: each saves the sensitivity that the manual means by it.
import assert from "node:assert/strict";
import { before, it } from "node:test";
import type { DetectionView } from "../../core/http/detection-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { skipBrowserTests, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

let recorder: Recorder;
before(async () => {
  if (skipBrowserTests !== false) return;
  recorder = await sharedRecorder();
});

it("the levels of video tampering save 75 for high, 25 for low and 50 for the middle, and show which is set", {
  skip: skipBrowserTests,
  timeout: 120_000,
}, async (t) => {
  const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
  const path = `/cameras/${cameras[0]?.id ?? ""}/detection`;
  await recorder.api("PATCH", path, { enabled: true });
  t.after(() => recorder.api("PATCH", path, { enabled: false }));
  const sensitivity = async () => {
    const { detectors } = await recorder.api<DetectionView>("GET", path);
    return detectors.find(({ detector }) => detector === "nightjar-vca-scene/tamper")?.sensitivity;
  };
  const page = await keptPage(recorder);
  await visit(page, recorder, path.slice(1));
  const levels = page.getByRole("group", { name: "Level" });
  for (const [level, saved] of [
    ["High", 75],
    ["Low", 25],
    ["Middle", 50],
  ] as const) {
    await levels.getByRole("button", { name: level, exact: true }).click();
    await waitFor(async () => (await sensitivity()) === saved, { what: `${saved} for ${level}` });
    await levels.locator("button[aria-pressed=true]", { hasText: level }).waitFor();
    assert.equal(await levels.locator("button[aria-pressed=true]").count(), 1);
  }
});
