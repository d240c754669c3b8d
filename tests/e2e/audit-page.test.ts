// The page of the audit log in a real browser: facts are told as people tell them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { counterOf, skipBrowserTests, until, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the audit log", { skip: skipBrowserTests, timeout: 120_000 }, () => {
  let recorder: Recorder;

  before(async () => {
    recorder = await sharedRecorder();
  });

  it("tells moments in the viewer's zone: until when a token holds, and what was watched", async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await recorder.api("POST", "/tokens", {
      name: "Home automation",
      rights: ["live"],
      cameras: "all",
      expiresAt,
      current: ADMINISTRATOR.password,
    });
    const page = await keptPage(recorder);
    await visit(page, recorder, "playback");
    await until("a recorded picture", () => counterOf(page, ".stage .picture"), 40_000);
    const rows = page.locator(".audit-table tbody tr");
    await until("both acts", async () => {
      await visit(page, recorder, "system/log");
      await rows.first().waitFor();
      const text = (await rows.allTextContents()).join("\n");
      return text.includes("Home automation") && text.includes("Recordings watched");
    });
    const details = (await rows.locator(".detail").allTextContents()).join("\n");
    assert.doesNotMatch(details, /time90k|\d{4}-\d\d-\d\dT/);
    const day = new Date(expiresAt).toLocaleDateString("en-US", {
      timeZone: "Europe/Berlin",
      month: "short",
      day: "numeric",
    });
    assert.ok(details.includes(day), `${day} stands in: ${details}`);
    // What the filters find, as a file.
    await page.getByLabel("Kind of act").selectOption({ label: "Accounts and tokens" });
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "As CSV" }).click();
    const file = readFileSync(await (await saved).path(), "utf8");
    assert.match(file, /Home automation/);
    assert.doesNotMatch(file, /recordings-watched|session-opened/);
  });
});
