// The page of linkage in a real browser: a rule is made, its actions are tried and ticked, a refused sign-in has them done, and
// what came of them stands on the page and with the event.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { mailServer, PASSWORD } from "../../plugins/linkage-email/tests/mail-server.ts";
import { openBrowser, openContext, PHONE, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

interface View {
  readonly stamp: string;
  readonly rules: readonly { readonly name: string; readonly enabled?: boolean }[];
}

describe("the page of linkage", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    recorder = await startRecorder(true);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  it("makes a rule whose actions are tried, done, and told; nobody's change is lost", async () => {
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/events`);
    await page.getByRole("link", { name: "Linkage" }).click();
    await page.getByText("No rules yet").waitFor();
    await page.getByRole("button", { name: "Add a rule" }).click();
    const dialog = page.getByRole("dialog");
    const save = dialog.getByRole("button", { name: "Save" });
    await dialog.getByLabel("Name", { exact: true }).fill("A stranger");
    assert.equal(await save.isDisabled(), true, "a rule does something");
    await dialog.locator("summary", { hasText: "Events" }).click();
    await dialog.getByLabel("Motion", { exact: true }).uncheck();
    await dialog.getByLabel("Illegal login").check();
    for (const name of ["Record cameras", "Keep pictures"]) {
      const action = dialog.getByRole("group", { name });
      await action.getByLabel(name).check();
      // The refused sign-in is of no camera: the actions name one.
      await action.locator("summary", { hasText: "Cameras" }).click();
      await action.locator(".choices-list input").first().check();
    }
    const capture = dialog.getByRole("group", { name: "Keep pictures" });
    await capture.getByLabel("Pictures", { exact: true }).fill("9");
    await capture.getByRole("button", { name: "Test" }).click();
    await capture.getByText("failed").waitFor();
    await capture.getByLabel("Pictures", { exact: true }).fill("1");
    await until("a picture can be taken", async () => {
      await capture.getByRole("button", { name: "Test" }).click();
      const told = capture.getByRole("status").locator(".state");
      await told.waitFor();
      return /done/.test((await told.textContent()) ?? "");
    });
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const row = page.locator(".linkage-table tbody tr");
    assert.match((await row.textContent()) ?? "", /A stranger.*Illegal login/);
    assert.equal(await row.locator(".does .icon").count(), 2);

    const login = { username: "admin", password: "heron lantern quarrx" };
    const refused = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: recorder.url },
      body: JSON.stringify(login),
    });
    assert.equal(refused.status, 401);
    const lately = page.locator(".linkage-lately tbody tr");
    await until("what was done", async () => (await lately.count()) === 2, 60_000);
    for (const text of await lately.allTextContents()) assert.match(text, /A stranger.*: done/);
    await page.setViewportSize(PHONE);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.equal(overflow, 0);

    // Somebody else changes the rules while the form is open: the form is told, and nothing is lost.
    await page.getByRole("button", { name: "Change A stranger" }).click();
    const before = await recorder.api<View>("GET", "/linkage");
    const other = before.rules.map((rule) => ({ ...rule, name: "Somebody" }));
    await recorder.api("PUT", "/linkage/rules", { rules: other, stamp: before.stamp });
    await dialog.getByLabel("Name", { exact: true }).fill("Me");
    await save.click();
    await dialog.getByText("NJ_LINKAGE_CHANGED").waitFor();
    await page.keyboard.press("Escape");
    await row.getByText("Somebody", { exact: true }).waitFor();
    await page.getByLabel("Somebody is followed").uncheck();
    await until("it is off", async () => {
      const { rules } = await recorder.api<View>("GET", "/linkage");
      return rules[0]?.name === "Somebody" && rules[0].enabled === false;
    });

    await page.goto(`${recorder.url}/events?kind=exception-illegal-login`);
    await page.locator(".done-list .capture").first().waitFor();
    assert.equal(await page.locator(".done-list li").count(), 2);
    await context.close();
  });

  it("sends a mail with pictures to a real server as its form says, and nothing to the recorder itself", async () => {
    await using server = await mailServer();
    const put = (settings: object) =>
      recorder.api("PUT", "/plugins/settings", { name: "nightjar-linkage-email", config: settings });
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/linkage?rule=new`);
    const dialog = page.getByRole("dialog");
    const mail = dialog.getByRole("group", { name: "E-mail" });
    await mail.getByLabel("E-mail").check();
    await mail.getByRole("button", { name: "Add", exact: true }).click();
    await mail.getByLabel("Receiver 1", { exact: true }).fill("nobody");
    await mail.locator(".field-bad").waitFor();
    await mail.getByLabel("Receiver 1", { exact: true }).fill("a@home.example");
    await mail.locator(".field-bad").waitFor({ state: "detached" });
    await mail.getByLabel("Pictures", { exact: true }).fill("2");
    await mail.getByLabel("Text", { exact: true }).fill("{recorder}\n{type}");
    const tried = async (): Promise<string> => {
      await mail.getByRole("button", { name: "Test" }).click();
      const told = mail.getByRole("status").locator(".state");
      await told.waitFor();
      return (await told.textContent()) ?? "";
    };
    assert.match(await tried(), /failed.*name the mail server/);
    await put({ ...server.settings, password: "wrong" });
    assert.match(await tried(), /failed.*refuses user name and password \(535\)/);
    await put(server.settings);
    await until("the mail to go out with its pictures", async () => {
      assert.match(await tried(), /done.*sent to 1/);
      return server.received.at(-1)?.mail.attachments.length === 2;
    });
    const { subject, text } = server.received.at(-1)?.mail ?? {};
    assert.match(subject ?? "", /^Test: Motion: /);
    assert.match(text ?? "", /^.+\r?\nMotion\s*$/);
    const kept = JSON.stringify(await recorder.api("GET", "/plugins/settings?name=nightjar-linkage-email"));
    assert.ok(!kept.includes(PASSWORD), "the password stays where it is");

    await put({ ...server.settings, port: Number(new URL(recorder.url).port) });
    assert.match(await tried(), /failed.*this recorder itself/);
    await context.close();
    const circle = {
      ...{ id: "circle", name: "Circle", types: ["motion"] },
      actions: [
        { action: "nightjar-linkage-notify/notify", settings: { url: `${recorder.url}/api/v1/events` } },
      ],
    };
    await assert.rejects(
      recorder.api("PUT", "/linkage/rules", { rules: [circle] }),
      /422.*\/rules\/0\/actions\/0\/settings\/url.*this recorder itself/,
    );
  });
});
