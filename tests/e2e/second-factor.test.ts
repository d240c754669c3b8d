// The second factor as people meet it: set up with an authenticator app, asked for at the door, a recovery code in place
// of the phone, switched off, and taken away by an administrator or the command line when all is lost.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type AuthenticatorApp, authenticatorApp } from "../support/authenticator-app.ts";
import { nightjar } from "../support/nightjar-command.ts";
import {
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const STEP_MS = 30_000;
const VERA = { username: "vera", password: "looks at pictures only" } as const;

describe("the second factor", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  before(async () => {
    recorder = await sharedRecorder();
    // Now: the session that activated the recorder ends when the administrator sets up a second factor.
    await recorder.api("POST", "/users", { name: VERA.username, password: VERA.password, role: "viewer" });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
  });

  async function openDialog(page: Page, user: string) {
    const menu = page.getByRole("button", { name: `Account of ${user}` });
    if ((await menu.getAttribute("aria-expanded")) !== "true") await menu.click();
    await page.getByRole("button", { name: "Second factor …" }).click();
    const dialog = page.getByRole("dialog", { name: `Second factor of ${user}` });
    await dialog.waitFor();
    // Behind a dialog no menu stays open.
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
    return dialog;
  }

  async function signOut(page: Page, user: string): Promise<void> {
    const menu = page.getByRole("button", { name: `Account of ${user}` });
    if ((await menu.getAttribute("aria-expanded")) !== "true") await menu.click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  }

  async function typePassword(page: Page, who: { username: string; password: string }): Promise<void> {
    await page.getByLabel("Name").fill(who.username);
    await page.getByLabel("Password").fill(who.password);
    await page.keyboard.press("Enter");
  }

  async function isIn(page: Page, user: string): Promise<void> {
    await page.getByRole("button", { name: `Account of ${user}` }).waitFor();
  }

  /** Goes through the dialog with an app that has typed the key in. Gives the app and the recovery codes. */
  async function setUp(
    page: Page,
    who: { username: string; password: string },
    shots?: string,
  ): Promise<{ app: AuthenticatorApp; recoveryCodes: string[] }> {
    const dialog = await openDialog(page, who.username);
    await dialog.getByLabel("Current password").fill(who.password);
    await dialog.getByRole("button", { name: "Set up" }).click();
    await dialog.getByRole("img", { name: "QR code with the key for your authenticator app" }).waitFor();
    if (shots !== undefined) await screenshot(page, `${shots}-set-up`);
    const key = ((await dialog.locator(".factor-key code").textContent()) ?? "").replaceAll(" ", "");
    assert.match(key, /^[A-Z2-7]{32}$/);
    const app = authenticatorApp(`otpauth://totp/Nightjar:${who.username}?secret=${key}`);
    await dialog.getByLabel("Code from the app").fill(app.codeAt(Date.now()));
    await dialog.getByRole("button", { name: "Switch on" }).click();
    await dialog.getByText("Keep these recovery codes").waitFor();
    const recoveryCodes = await dialog.getByRole("listitem").allTextContents();
    assert.equal(recoveryCodes.length, 10);
    if (shots !== undefined) await screenshot(page, `${shots}-recovery-codes`);
    return { app, recoveryCodes };
  }

  it("is set up with an app, asked for at the door, and switched off, by keyboard where one likes", async () => {
    const context = await openContext(browser, { ...recorder, token: "" }, { theme: "dark" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    await visit(page, recorder, "account");
    await typePassword(page, ADMINISTRATOR);
    await isIn(page, "admin");

    const { app, recoveryCodes } = await setUp(page, ADMINISTRATOR, "second-factor");
    const dialog = page.getByRole("dialog", { name: "Second factor of admin" });
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Copy");
    await page.keyboard.press("Enter");
    await dialog.getByText("Copied").waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), recoveryCodes.join("\n"));
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await dialog.waitFor({ state: "detached" });

    await signOut(page, "admin");
    await typePassword(page, ADMINISTRATOR);
    const code = page.getByLabel("Code");
    await code.waitFor();
    await until(
      "the field has the focus",
      async () => (await page.evaluate("document.activeElement.autocomplete")) === "one-time-code",
    );
    await screenshot(page, "second-factor-asked");
    const wrong = app.codeAt(Date.now() - 10 * STEP_MS);
    await code.fill(wrong);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("NJ_SECOND_FACTOR_WRONG").waitFor();
    await screenshot(page, "second-factor-wrong");
    assert.equal(await code.inputValue(), "");
    // The code of the set-up is used up; the next one is taken already.
    await code.fill(app.codeAt(Date.now() + STEP_MS));
    await page.keyboard.press("Enter");
    await isIn(page, "admin");

    await signOut(page, "admin");
    await typePassword(page, ADMINISTRATOR);
    await code.fill((recoveryCodes[0] ?? "").toLowerCase());
    await page.keyboard.press("Enter");
    await isIn(page, "admin");

    await openDialog(page, "admin");
    await dialog.getByText("Recovery codes left: 9;").waitFor();
    await screenshot(page, "second-factor-on");
    await dialog.getByLabel("Current password").fill(ADMINISTRATOR.password);
    await dialog.getByLabel("Code").fill(recoveryCodes[0] ?? "");
    await dialog.getByRole("button", { name: "Switch off" }).click();
    await dialog.getByRole("alert").getByText("NJ_CODE_WRONG").waitFor();
    await dialog.getByLabel("Code").fill(recoveryCodes[1] ?? "");
    await dialog.getByRole("button", { name: "New recovery codes" }).click();
    await dialog.getByText("Keep these recovery codes").waitFor();
    const renewed = await dialog.getByRole("listitem").allTextContents();
    await dialog.getByRole("button", { name: "I have kept them" }).click();

    await openDialog(page, "admin");
    await dialog.getByText("Recovery codes left: 10;").waitFor();
    await dialog.getByLabel("Current password").fill(ADMINISTRATOR.password);
    await dialog.getByLabel("Code").fill(renewed[0] ?? "");
    await dialog.getByRole("button", { name: "Switch off" }).click();
    await page.getByText("The second factor was switched off").waitFor();

    await signOut(page, "admin");
    await typePassword(page, ADMINISTRATOR);
    await isIn(page, "admin");
    await context.close();
  });

  it("of somebody who lost everything is reset on the page of users, and from the command line", async () => {
    const { token } = await recorder.api<{ token: string }>("POST", "/session", ADMINISTRATOR);
    const hers = await openContext(
      browser,
      { ...recorder, token: "" },
      { viewport: PHONE, theme: "light", touch: true },
    );
    const phone = await hers.newPage();
    await visit(phone, recorder, "account");
    await typePassword(phone, VERA);
    await isIn(phone, "vera");
    await setUp(phone, VERA, "second-factor-phone-light");
    await fitsInEveryLanguage(phone);

    const mine = await openContext(browser, { ...recorder, token });
    const page = await mine.newPage();
    await visit(page, recorder, "users");
    await page.getByRole("row", { name: "vera" }).getByText("Second factor on").waitFor();
    await page.getByRole("button", { name: "Reset second factor of vera" }).click();
    await screenshot(page, "second-factor-reset");
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await page.getByText("The second factor of vera was reset").waitFor();
    await page.getByText("Second factor on").waitFor({ state: "detached" });
    await signsInByPassword(phone);

    await setUp(phone, VERA);
    const listed = await nightjar(recorder.dataDir, ["user", "list"]);
    assert.match(listed.out, /vera\s+viewer\s+second factor/);
    const reset = await nightjar(recorder.dataDir, ["user", "reset-second-factor", "vera"]);
    assert.equal(reset.code, 0, reset.err);
    await signsInByPassword(phone);
    await closeAll(mine, hers);
  });

  /** The dialog of an account that has one, with the longest words there are, on a narrow screen. */
  async function fitsInEveryLanguage(phone: Page): Promise<void> {
    await phone.getByRole("button", { name: "I have kept them" }).click();
    for (const [language, label] of [
      ["de", /Zweiter Faktor …/],
      ["es", /Segundo factor …/],
      ["zh", /双重验证…/],
      ["en", /Second factor …/],
    ] as const) {
      // The menu went when the dialog came.
      if ((await phone.locator(".menu").count()) === 0) await phone.locator("button.who").click();
      await phone.locator(".menu select").nth(1).selectOption(language);
      await phone.getByRole("button", { name: label }).click();
      const dialog = phone.getByRole("dialog");
      await dialog.locator("input").nth(1).waitFor();
      await screenshot(phone, `second-factor-phone-${language}`);
      const overflow = await phone.evaluate(
        // The foot reaches beyond its form into the dialog's padding.
        "Math.max(...[...document.querySelectorAll('dialog, dialog .form-foot, dialog form > :not(.form-foot)')].map((one) => one.scrollWidth - one.clientWidth))",
      );
      assert.equal(overflow, 0, language);
      await phone.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
  }

  /** Her session has ended with the reset: the door is there again, and asks for no code. */
  async function signsInByPassword(phone: Page): Promise<void> {
    await phone.getByText("Your session has ended").waitFor();
    await typePassword(phone, VERA);
    await isIn(phone, "vera");
  }

  async function closeAll(...contexts: readonly BrowserContext[]): Promise<void> {
    for (const context of contexts) await context.close();
  }
});
