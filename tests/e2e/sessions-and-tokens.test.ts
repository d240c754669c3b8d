// Sessions, API tokens and the audit log as people meet them: a token made, used and revoked; a session ended from another
// place; limits set; somebody else's looked at; the log searched and its chain checked; accounts narrowed and disabled.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { DATABASE_FILE } from "../../core/db/database-file.ts";
import {
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  speak,
  until,
  visit,
} from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const VERA = { username: "vera", password: "looks at pictures only" } as const;
const OLGA = { username: "olga", password: "heron lantern quarry" } as const;

describe("sessions and API tokens", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  before(async () => {
    recorder = await sharedRecorder();
    await recorder.api("POST", "/users", { name: OLGA.username, password: OLGA.password, role: "operator" });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
  });

  async function signIn(page: Page, who: { username: string; password: string }): Promise<void> {
    await page.getByLabel("Name").fill(who.username);
    await page.getByLabel("Password").fill(who.password);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: `Account of ${who.username}` }).waitFor();
  }

  async function status(secret: string, path: string): Promise<number> {
    const answer = await fetch(`${recorder.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    return answer.status;
  }

  it("a token is made with the password, copied once, used, and revoked by typing its name", async () => {
    const context = await openContext(browser, { ...recorder, token: "" }, { theme: "dark" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/live`);
    await signIn(page, OLGA);
    await page.getByRole("button", { name: "Account of olga" }).click();
    await page.getByRole("link", { name: "Sessions, devices and API tokens" }).click();
    await page.getByText("No program has a token.").waitFor();
    await page.getByText("this one").waitFor();
    await screenshot(page, "account-empty");

    await page.getByRole("button", { name: "New API token" }).click();
    const dialog = page.getByRole("dialog", { name: "New API token" });
    const make = dialog.getByRole("button", { name: "Make token" });
    await dialog.getByLabel("What uses it").fill("Home automation");
    assert.equal(await make.isDisabled(), true);
    // An operator's rights are offered, and no other.
    await dialog.getByLabel("Watch live").check();
    await dialog.getByLabel("See cameras and their state").check();
    assert.equal(await dialog.getByLabel("Change settings and plugins").count(), 0);
    await dialog.getByLabel("Ends").selectOption("never");
    await dialog.getByText("Whoever finds it can use it").waitFor();
    await dialog.getByLabel("Current password").fill("not the password");
    await screenshot(page, "token-new");
    await make.click();
    await dialog.getByRole("alert").getByText("NJ_PASSWORD_WRONG").waitFor();
    await dialog.getByLabel("Current password").fill(OLGA.password);
    await make.click();
    await dialog.getByText("It is shown this once").waitFor();
    const secret = (await dialog.locator(".secret").textContent()) ?? "";
    assert.match(secret, /^nightjar_[0-9A-Za-z]{49}$/);
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Copy");
    await page.keyboard.press("Enter");
    await dialog.getByText("Copied").waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), secret);
    await screenshot(page, "token-secret");
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    await page.getByText("never ends").waitFor();
    assert.ok(!(await page.content()).includes(secret));

    assert.equal(await status(secret, "/cameras"), 200);
    assert.equal(await status(secret, "/settings"), 403);
    assert.equal(await status(secret, "/tokens"), 403);
    await page.reload();
    await page.getByText(/last used .* from 127\.0\.0\.1/).waitFor();
    await screenshot(page, "account");

    await page.getByRole("button", { name: "Revoke Home automation" }).click();
    const sure = page.getByRole("dialog", { name: "Revoke Home automation" });
    const revoke = sure.getByRole("button", { name: "Revoke", exact: true });
    await sure.getByLabel("Type Home automation to confirm").fill("Home");
    assert.equal(await revoke.isDisabled(), true);
    await sure.getByLabel("Type Home automation to confirm").fill("Home automation");
    await screenshot(page, "token-revoke");
    await revoke.click();
    await page.getByText("No program has a token.").waitFor();
    assert.equal(await status(secret, "/cameras"), 401);
    await context.close();
  });

  it("a session is ended from another place, and its page says so at the door", async () => {
    const here = await openContext(browser, { ...recorder, token: "" }, { theme: "light" });
    const there = await openContext(browser, { ...recorder, token: "" }, { theme: "dark" });
    const [mine, other] = [await here.newPage(), await there.newPage()];
    for (const page of [mine, other]) {
      await page.goto(`${recorder.url}/account`);
      await signIn(page, OLGA);
    }
    await mine.goto(`${recorder.url}/account`);
    const rows = mine.locator(".access-list").first().getByRole("listitem");
    await until("two sessions", async () => (await rows.count()) >= 2);
    await screenshot(mine, "account-light");
    await mine.getByRole("button", { name: "End all others" }).click();
    await mine.getByRole("button", { name: "Yes, end" }).click();
    await other.getByText("Your session has ended").waitFor();
    await until("one session", async () => (await rows.count()) === 1);
    await here.close();
    await there.close();
  });

  it("a page that nobody used says that at the door", async () => {
    // Not with the administrator's word: signing in with one ends it.
    const open = async () => {
      const opened = await fetch(`${recorder.url}/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(OLGA),
      });
      return ((await opened.json()) as { token: string }).token;
    };
    const token = await open();
    const context = await openContext(browser, { ...recorder, token }, { theme: "dark" });
    const page = await context.newPage();
    await page.goto(`${recorder.url}/system`);
    await page.getByRole("heading", { name: "System", exact: true }).waitFor();
    // It was used long ago: the recorder's own clock is not waited for.
    {
      using db = new DatabaseSync(join(recorder.dataDir, DATABASE_FILE), { timeout: 5_000 });
      db.prepare("update sessions set last_seen_at_ms = 1 where token_hash = ?").run(
        createHash("sha256").update(token).digest("hex"),
      );
    }
    // What the recorder remembers of sessions is forgotten with its next write.
    await open();
    // The page may ask by itself before that, and be at the door already.
    const told = page.getByText("nobody used this page for a while").waitFor();
    const click = page.getByRole("link", { name: "Storage", exact: true }).click();
    await Promise.race([told, click.catch(() => undefined)]);
    await told;
    await screenshot(page, "login-idle");
    await context.close();
  });

  it("an administrator sees those of others, sets how long sessions last, and reads the log", async () => {
    await recorder.api("POST", "/tokens", {
      name: "Prometheus",
      rights: ["metrics.view"],
      cameras: "all",
      expiresAt: "never",
      current: ADMINISTRATOR.password,
    });
    const page = await keptPage(recorder);
    await visit(page, recorder, "users");
    await page.getByRole("button", { name: "Sessions and API tokens of olga" }).click();
    const dialog = page.getByRole("dialog", { name: "Sessions and API tokens of olga" });
    await dialog.getByText("No program acts for this account.").waitFor();
    await screenshot(page, "users-access");
    await dialog.getByRole("button", { name: "Close" }).click();
    const idle = page.getByLabel("End when unused for (minutes)");
    await idle.fill("4");
    await page.getByText("A whole number from 5 to 43200").waitFor();
    await idle.fill("30");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The limits hold from now on").waitFor();
    await screenshot(page, "users-limits");
    const { sessions } = await recorder.api<{ sessions: unknown }>("GET", "/settings");
    assert.deepEqual(sessions, { idleMinutes: 30, maxHours: 168 });

    await visit(page, recorder, "system");
    await page.getByRole("link", { name: "Open the audit log" }).click();
    await page.getByRole("cell", { name: "Settings changed" }).first().waitFor();
    await page.getByRole("button", { name: "Check the chain" }).click();
    await page.getByText("Intact: nobody has changed an entry").waitFor();
    await page.getByLabel("Keep for (days)").fill("29");
    await page.getByText("A whole number from 30 to 3650").waitFor();
    await page.getByLabel("Keep for (days)").fill("90");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This holds from now on").waitFor();
    const { audit } = await recorder.api<{ audit: unknown }>("GET", "/settings");
    assert.deepEqual(audit, { keepDays: 90 });
    await screenshot(page, "audit");
    await page.getByLabel("Kind of act").selectOption("accounts");
    await until(
      "only accounts",
      async () => (await page.getByRole("cell", { name: "Settings changed" }).count()) === 0,
    );
    await page.getByRole("cell", { name: "API token revoked" }).waitFor();
    await page.getByLabel("Account", { exact: true }).fill("olga");
    await page.keyboard.press("Enter");
    await until(
      "only hers",
      async () => (await page.getByRole("cell", { name: "Account made" }).count()) === 0,
    );
    assert.match(page.url(), /user=olga/);
    // The address holds the filters.
    await page.reload();
    await page.getByRole("cell", { name: "API token revoked" }).waitFor();
    assert.equal(await page.getByRole("cell", { name: "Account made" }).count(), 0);
    await page.getByLabel("Day", { exact: true }).fill("2020-01-01");
    await page.getByText("No entry fits these filters").waitFor();
    await screenshot(page, "audit-none");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("cell", { name: "Settings changed" }).first().waitFor();
  });

  it("a viewer who is narrowed sees one tile, and a disabled one is thrown out", async () => {
    await recorder.api("POST", "/cameras", { name: "Safe room", driver: "demo", config: {} });
    const page = await keptPage(recorder);
    await visit(page, recorder, "users");
    await page.getByRole("button", { name: "Add user" }).click();
    const add = page.getByRole("dialog", { name: "Add user" });
    await add.getByLabel("Name").fill(VERA.username);
    await add.getByLabel("Password").fill(VERA.password);
    await add.getByRole("button", { name: "Add user" }).click();
    await page.getByText("vera was added").waitFor();

    const theirs = await openContext(browser, { ...recorder, token: "" }, { theme: "dark" });
    const other = await theirs.newPage();
    await other.goto(`${recorder.url}/live?grid=4`);
    await signIn(other, VERA);
    const tiles = other.locator(".tile[data-camera]");
    await until("both cameras", async () => (await tiles.count()) === 2);

    await page.getByRole("button", { name: "Cameras of vera: All cameras" }).click();
    const scope = page.getByRole("dialog", { name: "Cameras of vera" });
    await scope.getByRole("button", { name: "Only some" }).click();
    assert.equal(await scope.getByRole("button", { name: "Save" }).isDisabled(), true, "none is none");
    await scope.getByLabel("Safe room", { exact: true }).check();
    await scope.getByText("All that the role may").click();
    // A viewer's rights are offered, and no other.
    assert.equal(await scope.getByLabel("Turn cameras, and their presets").count(), 0);
    await scope.getByLabel("Play recordings").uncheck();
    await screenshot(page, "users-cameras");
    await scope.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Cameras of vera: Safe room (less)" }).waitFor();
    const { users } = await recorder.api<{
      users: { name: string; cameras: string | { rights: string[] }[] }[];
    }>("GET", "/users");
    const cameras = users.find(({ name }) => name === "vera")?.cameras ?? [];
    assert.deepEqual(typeof cameras === "string" ? cameras : cameras.map(({ rights }) => rights), [
      ["live", "snapshot", "events.view"],
    ]);
    await other.getByText("Your session has ended").waitFor();
    await signIn(other, VERA);
    await until("one camera", async () => (await tiles.count()) === 1);
    assert.match((await tiles.textContent()) ?? "", /Safe room/);

    await page.getByLabel("vera may sign in").click();
    const sure = page.getByRole("dialog", { name: "Disable vera" });
    await screenshot(page, "users-disable");
    await sure.getByRole("button", { name: "Disable" }).click();
    await page.getByText("Disabled", { exact: true }).waitFor();
    await other.getByText("Your session has ended").waitFor();
    await other.getByLabel("Name").fill(VERA.username);
    await other.getByLabel("Password").fill(VERA.password);
    await other.keyboard.press("Enter");
    await other.getByRole("alert").waitFor();
    await page.getByLabel("vera may sign in").check();
    await page.getByText("Disabled", { exact: true }).waitFor({ state: "detached" });
    await signIn(other, VERA);
    await theirs.close();
    await page.getByRole("button", { name: "Remove vera" }).click();
    const gone = page.getByRole("dialog").getByRole("button", { name: "Remove" });
    assert.equal(await gone.isDisabled(), true);
    await page.getByLabel("Type “vera” to confirm").fill("vera");
    await gone.click();
    await page.getByText("vera was removed").waitFor();
  });

  it("fit a phone in every language", async () => {
    const context = await openContext(browser, recorder, { viewport: PHONE, touch: true });
    const page = await context.newPage();
    await page.goto(`${recorder.url}/nowhere`);
    for (const language of ["de", "es", "zh", "en"]) {
      await speak(page, language);
      for (const [path, ready] of [
        ["account", ".access-list li"],
        ["system/log", ".audit-table tbody tr"],
        ["users", ".session-limits input"],
      ] as const) {
        await visit(page, recorder, path);
        await page.locator(ready).first().waitFor();
        await screenshot(page, `phone-${path.replace("/", "-")}-${language}`);
        const overflow = await page.evaluate(
          "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth",
        );
        assert.equal(overflow, 0, `${path} ${language}`);
      }
      await visit(page, recorder, "account");
      await page.locator(".section-head .primary").click();
      await page.locator("dialog form").waitFor();
      await screenshot(page, `phone-token-new-${language}`);
      const overflow = await page.evaluate(
        "document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth",
      );
      assert.equal(overflow, 0, `dialog ${language}`);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    await context.close();
  });
});
