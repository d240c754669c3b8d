// Push notifications as people meet them, below a reverse proxy's path: a device switched on under one's account, tried, told of a
// real event by a rule; what the real service worker makes of it, its acknowledgement, and the event that it leads to.
// The tests' browser has neither a push service nor notifications. Stood in for are, in the browser alone: leave to notify, what
// `PushManager` would make (the device behind the push service that the test starts), and `showNotification`. What that service
// opens is handed to the worker by the browser's own command for it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { pushService } from "../../plugins/linkage-push/tests/push-service.ts";
import {
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { openReverseProxy, type ReverseProxy } from "./support/reverse-proxy.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const NAME = "nightjar-linkage-push";
const LONG_MS = 40_000;

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly lang: string;
  readonly actions: readonly unknown[];
  readonly data: unknown;
}

describe("push notifications", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let proxy: ReverseProxy;
  let browser: Browser;
  let service: Awaited<ReturnType<typeof pushService>>;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    service = await pushService();
    recorder = await sharedRecorder();
    await recorder.api("PUT", "/plugins/settings", { name: NAME, config: service.settings });
    const action = { action: `${NAME}/push`, settings: { title: "{type}" } };
    const rule = { id: "guess", name: "Guess", types: ["exception-illegal-login"], actions: [action] };
    await recorder.api("PUT", "/linkage/rules", { rules: [rule] });
    await recorder.api("PATCH", "/settings", { network: { basePath: "/nvr" } });
    proxy = await openReverseProxy(recorder.url, "/nvr");
    const isThere = async () => (await fetch(`${proxy.url}/api/v1/setup`)).status === 200;
    await until("the base path holds", isThere, LONG_MS);
    browser = await openBrowser();
    context = await openContext(browser, { ...recorder, url: proxy.url }, { viewport: PHONE, touch: true });
    await context.addInitScript(standIn(service.device));
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    if (proxy !== undefined) await tidyUp();
    await proxy?.close();
    await service?.close();
  });

  /** No rule and no base path is left, as others expect the recorder. */
  async function tidyUp(): Promise<void> {
    const ask = async (method: string, path: string, body: object) => {
      const answer = await fetch(`${proxy.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${recorder.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      assert.ok(answer.ok, `${path}: ${answer.status}`);
    };
    await ask("PUT", "/linkage/rules", { rules: [] });
    await ask("PATCH", "/settings", { network: { basePath: "" } });
    const isGone = async () => {
      const answer = await fetch(`${recorder.url}/events`);
      return answer.status === 200 && !(await answer.text()).includes("/nvr/");
    };
    await until("the base path is gone", isGone, LONG_MS);
  }

  async function event(id: number): Promise<{ readonly acknowledged?: { readonly by: string } }> {
    const answer = await fetch(`${proxy.url}/api/v1/events/${id}`, {
      headers: { authorization: `Bearer ${recorder.token}` },
    });
    return (await answer.json()) as { readonly acknowledged?: { readonly by: string } };
  }

  it("are switched on for this device, tried, and come because of an event that leads to its page", async () => {
    await page.goto(`${proxy.url}/account`);
    await page.getByText("None of your devices is told yet.").waitFor();
    await page.getByRole("button", { name: "Switch on for this device" }).click();
    const device = page.locator(".push-devices li");
    await device.getByText("this device").waitFor();
    await device.getByRole("button", { name: /^Test / }).click();
    await until("the test", async () => service.received.length === 1, LONG_MS);
    assert.deepEqual(service.received[0]?.notice["title"], "Test: Chrome, Linux");
    await device.getByText(/last told/).waitFor();
    await screenshot(page, "push-devices");
    assert.deepEqual(service.faults, []);

    await fetch(`${proxy.url}/api/v1/session`, {
      ...{ method: "POST", headers: { "content-type": "application/json" } },
      body: JSON.stringify({ username: "admin", password: "not the password" }),
    });
    await until("the event", async () => service.received.length === 2, LONG_MS);
    const told = service.received[1]?.notice ?? {};
    const { event: id } = told["acknowledge"] as { readonly event: number };
    assert.deepEqual([told["title"], told["page"]], ["Illegal login", `events?event=${id}`]);

    // The worker that was registered, at its own scope and under the policy of the recorder, shows it.
    const worker = await until("the worker", async () => context.serviceWorkers()[0], LONG_MS);
    assert.equal(worker.url(), `${proxy.url}/push-worker.js`);
    const commands = await context.newCDPSession(page);
    const registrations: { registrationId: string; scopeURL: string }[] = [];
    commands.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: known }) =>
      registrations.push(...known),
    );
    await commands.send("ServiceWorker.enable");
    const { registrationId } = await until("the registration", async () => registrations[0], LONG_MS);
    assert.equal(registrations[0]?.scopeURL, `${proxy.url}/`);
    const { origin } = new URL(proxy.url);
    const deliver = (data: string) =>
      commands.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
    await worker.evaluate(`
      self.shown = [];
      self.registration.showNotification = async (title, { body, tag, lang, actions, data }) => {
        self.shown.push({ title, body, tag, lang, actions, data });
      };
    `);
    const shown = () => worker.evaluate<readonly Shown[]>("self.shown");
    await deliver(JSON.stringify(told));
    // What is none of the recorder's is shown too, and leads nowhere.
    await deliver("not ours");
    const [one, other] = await until("both", async () =>
      (await shown()).length === 2 ? shown() : undefined,
    );
    assert.deepEqual(one, {
      ...{ title: "Illegal login", body: told["text"], tag: `event-${id}`, lang: "en" },
      actions: [{ action: "acknowledge", title: "Acknowledge" }],
      data: { page: `events?event=${id}`, acknowledge: id },
    });
    assert.deepEqual(other, {
      title: "Nightjar",
      body: "",
      tag: "nightjar",
      lang: "",
      actions: [],
      data: {},
    });

    // Its button. A click that a script makes cannot keep the worker awake; what follows from it is the same.
    await worker.evaluate(`
      self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), {
        action: "acknowledge",
        notification: { data: self.shown[0].data, close: () => undefined },
      }));
    `);
    await until("its acknowledgement", async () => (await event(id)).acknowledged?.by === "admin", LONG_MS);
    await visit(page, proxy, `events?event=${id}`);
    await page.locator(".event").getByText("Illegal login").waitFor();
    assert.equal(await page.locator(".event").count(), 1);

    await visit(page, proxy, "account");
    await device.getByRole("button", { name: /^Remove / }).click();
    await page.getByText("None of your devices is told yet.").waitFor();
    assert.deepEqual(
      proxy.strays.filter((path) => path !== "/favicon.ico"),
      [],
    );
  });

  it("are not offered where the browser does not allow them, with the reason", async () => {
    const other = await openContext(browser, { ...recorder, url: proxy.url });
    await other.addInitScript("delete window.PushManager");
    const bare = await other.newPage();
    await bare.goto(`${proxy.url}/account`);
    await bare.getByText(/put this page on the home screen/).waitFor();
    assert.equal(await bare.getByRole("button", { name: "Switch on for this device" }).count(), 0);
    await other.close();
  });
});

/** Run in each page: what a push service would have made there. */
function standIn({ endpoint, p256dh, auth }: { endpoint: string; p256dh: string; auth: string }): string {
  return `{
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
    Notification.requestPermission = async () => "granted";
    const kept = "stood-in-subscription";
    const made = {
      endpoint: ${JSON.stringify(endpoint)},
      toJSON: () => ({ keys: ${JSON.stringify({ p256dh, auth })} }),
      unsubscribe: async () => localStorage.removeItem(kept),
    };
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError("not so");
      localStorage.setItem(kept, "yes");
      return made;
    };
    PushManager.prototype.getSubscription = async () => (localStorage.getItem(kept) === null ? null : made);
  }`;
}
