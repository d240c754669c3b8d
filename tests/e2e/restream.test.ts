// Watching with other programs, as people set it up: a password made in the account's menu, the address copied from the camera's
// page, the network let in, plain or encrypted, a real player's connection, and the password revoked again, by its owner or an
// administrator.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { logIn } from "../core/gateway/restream/digest-client.ts";
import { PlainClient } from "../core/media/rtsp-server/plain-client.ts";
import {
  DESKTOP,
  inBothThemes,
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

describe("watching with other programs", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder, { theme: "dark", touch: true })).newPage();
  });
  after(async () => {
    await browser?.close();
  });

  const rtsp = async () =>
    (await recorder.api<{ rtsp?: { host: string; port: number } }>("GET", "/status")).rtsp;

  async function describeStatus(login: { username: string; password: string }): Promise<number> {
    const port = (await rtsp())?.port ?? 0;
    const client = await PlainClient.connect(port);
    const { status } = await logIn(client, "DESCRIBE", `rtsp://127.0.0.1:${port}/demo`, login);
    client.close();
    return status;
  }

  /** Made by another account for itself. */
  async function makePassword(
    account: { readonly username: string; readonly password: string },
    label: string,
  ): Promise<string> {
    const post = async (path: string, body: unknown, token?: string) => {
      const answer = await fetch(`${recorder.url}/api/v1${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          origin: recorder.url,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
      assert.ok(answer.ok, `${path}: ${answer.status}`);
      return (await answer.json()) as { readonly token: string; readonly streamPassword: string };
    };
    const { token } = await post("/session", account);
    const body = { label, password: account.password };
    return (await post("/session/stream-passwords", body, token)).streamPassword;
  }

  it("takes a password from the menu and an address from the camera's page", async () => {
    await visit(page, recorder, "live");
    await page.getByRole("button", { name: "Account of admin" }).click();
    await page.getByRole("button", { name: "Passwords for other programs …" }).click();
    const dialog = page.getByRole("dialog", { name: "admin: passwords for other programs" });
    await dialog.getByLabel("Program").fill("VLC in the office");
    await dialog.getByLabel("Current password").fill("wrong");
    await dialog.getByRole("button", { name: "Make a password" }).click();
    await dialog.getByText("The password is wrong.").waitFor();
    await dialog.getByLabel("Current password").fill(ADMINISTRATOR.password);
    await dialog.getByRole("button", { name: "Make a password" }).click();
    await dialog.getByText("shown this once").waitFor();
    await screenshot(page, "stream-password-shown-dark");
    const [username = "", password = "", address = ""] = await dialog.locator("code").allTextContents();
    assert.equal(username, "admin");
    assert.match(address, /^rtsp:\/\/127\.0\.0\.1:\d+\/demo$/);
    await until(
      "the demo camera over RTSP",
      async () => (await describeStatus({ username, password })) === 200,
    );
    await dialog.getByRole("button", { name: "I have it" }).click();

    await page.getByRole("button", { name: "Account of admin" }).click();
    await page.getByRole("button", { name: "Passwords for other programs …" }).click();
    await dialog.getByText("VLC in the office").waitFor();
    await dialog.getByText(/last used on/).waitFor();
    await screenshot(page, "stream-passwords-dark");
    await dialog.getByRole("button", { name: "Revoke the password of VLC in the office" }).click();
    await page.getByLabel("Type “VLC in the office” to confirm").fill("VLC in the office");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("The password of VLC in the office was revoked").waitFor();
    assert.equal(await describeStatus({ username, password }), 401);
  });

  it("lets the network in by a button, and shows the address that it has there", async () => {
    await visit(page, recorder, "cameras/demo");
    await page.getByRole("heading", { name: "Address for other programs" }).waitFor();
    await page.getByText("Only programs on the recorder itself reach this address.").waitFor();
    await screenshot(page, "stream-address-local-light");
    await page.getByRole("button", { name: "Open it to the network" }).click();
    await page.getByText("Other programs on the network can watch now").waitFor();
    await page.getByText(/^rtsp:\/\/localhost:\d+\/demo$/).waitFor();
    assert.equal((await rtsp())?.host, "::");
    await screenshot(page, "stream-address-open-light");
    await page.getByRole("button", { name: "Close it to the network" }).click();
    await page.getByText("Only programs on the recorder itself can watch now").waitFor();
    assert.equal((await rtsp())?.host, "127.0.0.1");
  });

  it("shows the encrypted address, and opens it to the network apart from the other", async () => {
    const places = () => recorder.api<Record<"rtsp" | "rtsps", { host: string }>>("GET", "/status");
    await visit(page, recorder, "cameras/demo");
    await page.getByRole("button", { name: "RTSPS (encrypted)" }).click();
    await page.getByText(/^rtsps:\/\/127\.0\.0\.1:\d+\/demo$/).waitFor();
    await screenshot(page, "stream-address-encrypted-dark");
    await page.getByRole("button", { name: "Open it to the network" }).click();
    await page.getByText(/^rtsps:\/\/localhost:\d+\/demo$/).waitFor();
    const { rtsp, rtsps } = await places();
    assert.deepEqual([rtsp.host, rtsps.host], ["127.0.0.1", "::"]);
    await page.getByRole("button", { name: "Passwords for other programs …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Program").fill("Recorder next door");
    await dialog.getByLabel("Current password").fill(ADMINISTRATOR.password);
    await dialog.getByRole("button", { name: "Make a password" }).click();
    await dialog.getByText(/^rtsps:\/\/localhost:\d+\/demo$/).waitFor();
    await dialog.getByRole("button", { name: "I have it" }).click();
    await page.getByRole("button", { name: "Close it to the network" }).click();
    await until("the port to close", async () => (await places()).rtsps.host === "127.0.0.1");
  });

  it("lets administrators see and revoke everybody's passwords on the page of users", async () => {
    const vera = { username: "vera", password: "heron lantern quarry" };
    await recorder.api("POST", "/users", { name: vera.username, password: vera.password, role: "viewer" });
    const made = await makePassword(vera, "Tablet in the kitchen");
    const login = { username: vera.username, password: made };
    assert.equal(await describeStatus(login), 200);
    for (const [name, viewport] of [
      ["phone", PHONE],
      ["desktop", DESKTOP],
    ] as const) {
      await page.setViewportSize(viewport);
      await visit(page, recorder, "users");
      await page.getByRole("heading", { name: "Passwords for other programs" }).scrollIntoViewIfNeeded();
      await page.getByText("Tablet in the kitchen").waitFor();
      await page.getByText(/last used on/).waitFor();
      await inBothThemes(page, `users-stream-passwords-${name}`);
      const overflow = await page.evaluate<boolean>(
        "document.documentElement.scrollWidth > window.innerWidth",
      );
      assert.equal(overflow, false, name);
    }
    await page.getByRole("button", { name: "Revoke vera's password of Tablet in the kitchen" }).click();
    const dialog = page.getByRole("dialog");
    const sure = dialog.getByRole("button", { name: "Revoke" });
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByLabel("Type “Tablet in the kitchen” to confirm").fill("Tablet in the kitchen");
    await screenshot(page, "users-stream-passwords-revoke-dark");
    await sure.click();
    await page.getByText("The password of Tablet in the kitchen was revoked").waitFor();
    const again = page.getByRole("button", { name: "Revoke vera's password of Tablet in the kitchen" });
    await until("the row to go", async () => (await again.count()) === 0);
    assert.equal(await describeStatus(login), 401);

    const all = "/users/stream-passwords";
    const left = await recorder.api<{ streamPasswords: { id: string; user: string }[] }>("GET", all);
    for (const { id, user } of left.streamPasswords) {
      await recorder.api("DELETE", `/users/${user}/stream-passwords/${id}`);
    }
    await page.reload();
    await page.getByText("Nobody has made one.").waitFor();
    await screenshot(page, "users-stream-passwords-empty-dark");
    await page.route(`**/api/v1${all}`, (asked) => asked.abort());
    await page.reload();
    const section = page.locator("section", {
      has: page.getByRole("heading", { name: "Passwords for other programs" }),
    });
    await section.getByRole("alert").waitFor();
    await screenshot(page, "users-stream-passwords-error-dark");
    // The rest of the page goes on.
    await page.getByRole("button", { name: "Remove vera" }).waitFor();
    await page.unrouteAll({ behavior: "wait" });
  });

  it("fits a phone", async () => {
    await page.setViewportSize(PHONE);
    await visit(page, recorder, "cameras/demo");
    await page.getByRole("heading", { name: "Address for other programs" }).scrollIntoViewIfNeeded();
    await screenshot(page, "stream-address-phone-dark");
    await page.getByRole("button", { name: "Passwords for other programs …" }).click();
    await page.getByRole("dialog").getByLabel("Program").waitFor();
    await screenshot(page, "stream-passwords-phone-dark");
    const overflow = await page.evaluate<boolean>("document.documentElement.scrollWidth > window.innerWidth");
    assert.equal(overflow, false);
  });
});
