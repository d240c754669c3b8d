// Names that are pages and scripts, wherever a name can come from (attack list A22, A20): cameras, the recorder, tills and
// what they print, rules of linkage and of arming, profiles, holidays, inputs, outputs, walls, what events say, API tokens, who
// tried to sign in, a plugin's card and what it says when it fails. On every page they are letters, nothing runs, and nothing
// is even tried. What a page is made of does not depend on its size: one is enough.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import { putEvents } from "../../core/db/tables/events-table.ts";
import { silentLog } from "../../core/log.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { writeStranger } from "../support/stranger.ts";
import {
  openBrowser,
  openContext,
  skipBrowserTests,
  turnTo,
  until,
  visit,
  watchFaults,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { prepareSharedRecorder, sharedRecorder } from "./support/shared-recorder.ts";

const PAYLOADS = [
  `<img src=x onerror="window.canary=1">`,
  `"><svg onload=window.canary=1>`,
  `<script>window.canary=1</script>`,
  `javascript:window.canary=1`,
  "{{constructor.constructor('window.canary=1')()}}",
  "$".concat("{window.canary=1}"),
] as const;
const PLUGIN = "nightjar-camera-hostile";
const PAGES = [
  "live",
  "playback",
  "cameras",
  "cameras/new",
  "plugins",
  "plugins?view=find",
  "system",
  "system/general",
  "system/doctor",
  "users",
  "events",
  "events/hints",
  "tills",
  "storage",
  "account",
  "system/log",
  "system/settings",
  "system/exceptions",
  "system/mqtt",
  "system/certificate",
  "system/flows",
  "linkage",
  "arming",
  "io",
  "welcome",
] as const;
const FIRST_EVENT = 1_000_001;

/** A plugin that is a script wherever it has words, and does not start. */
async function plantPlugin(dataDir: string): Promise<void> {
  const plugin = join(dataDir, "plugins/node_modules", PLUGIN);
  await mkdir(plugin, { recursive: true });
  const [first, second, third] = PAYLOADS;
  writeStranger(plugin, {
    card: {
      name: PLUGIN,
      description: `${first} ${second}`,
      author: third,
      homepage: "javascript:window.canary=1",
    },
    own: { displayName: `Hostile ${second}` },
    driver: "hostile",
    setup: `throw new NightjarError("NJ_HOSTILE", "unavailable", ${JSON.stringify(PAYLOADS.join(" "))});`,
  });
}
prepareSharedRecorder(plantPlugin);

describe("names that are scripts (attack list A22)", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  const cameras: string[] = [];

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    for (const [at, payload] of PAYLOADS.entries()) {
      const { id } = await recorder.api<{ id: string }>("POST", "/cameras", {
        name: `${at} ${payload}`,
        driver: "rtsp",
        config: { url: `rtsp://127.0.0.1:9/${encodeURIComponent(payload)}` },
      });
      cameras.push(id);
    }
    await recorder.api("PATCH", "/settings", { name: PAYLOADS[0].slice(0, 60) });
    await sellSomething();
    await linkSomething();
    await seeSomething();
    for (const username of PAYLOADS) {
      const answer = await fetch(`${recorder.url}/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username, password: "heron lantern quarry" }),
      });
      assert.ok(answer.status === 401 || answer.status === 429, String(answer.status));
    }
    await recorder.api("POST", "/tokens", {
      name: PAYLOADS[0],
      rights: ["live"],
      cameras: "all",
      expiresAt: "never",
      current: ADMINISTRATOR.password,
    });
  });
  after(async () => {
    await browser?.close();
  });

  /** A till of a hostile name whose receipts are nothing but payloads. */
  async function sellSomething(): Promise<void> {
    const port = await freePort();
    await recorder.api("PUT", "/tills/settings", {
      tills: [
        {
          id: "counter",
          name: PAYLOADS[0],
          enabled: true,
          input: { kind: "tcp-listen", host: "127.0.0.1", port, from: [] },
          charset: "utf-8",
          cameras: [],
          parser: {
            source: "nightjar-pos-text/text",
            config: { end: "^END", receipt: "^NO (.*)", total: "^TOTAL ([\\d.]+)", decimals: 2 },
          },
          pauseSeconds: 2,
          hide: [],
          hideCardNumbers: true,
          keepDays: 1,
        },
      ],
    });
    // The recorder listens a moment after it has answered.
    const till = await waitFor(() => connected(port), { what: "the recorder to listen to the till" });
    till.end(`${PAYLOADS.join("\n")}\nNO ${PAYLOADS[0]}\nTOTAL 3.00\nEND\n`);
    await until("the receipt", async () => {
      const { receipts } = await recorder.api<{ receipts: unknown[] }>("GET", "/receipts");
      return receipts.length > 0;
    });
  }

  /** A rule, an input, an output and a wall of hostile names; the rule names the wall, and what it was done because of. */
  async function linkSomething(): Promise<void> {
    const [first, second, third] = PAYLOADS;
    await recorder.api("PUT", "/inputs/settings", {
      inputs: [
        {
          ...{
            id: "bell",
            name: first,
            enabled: true,
            source: { kind: "virtual" },
            contact: "normally-open",
          },
          ...{ holdSeconds: 0, use: "alarm", cameras: [], disarms: [] },
        },
      ],
    });
    await recorder.api("PUT", "/outputs/settings", {
      outputs: [{ id: "siren", name: second, enabled: true, driver: { kind: "virtual" }, dwellSeconds: 0 }],
    });
    await recorder.api("PUT", "/linkage/rules", {
      rules: [
        {
          ...{ id: "hostile", name: first, types: ["motion"], detectorRules: [third] },
          actions: [{ action: "popup", settings: { walls: [first] } }],
        },
      ],
    });
    const { profiles } = await recorder.api<{ profiles: { id: string }[] }>("GET", "/arming/rules");
    await recorder.api("PATCH", "/arming/rules", {
      profiles: [...profiles, { id: "hostile", name: third }],
      rules: [{ id: "hostile", name: first, types: ["motion"], profiles: ["hostile"] }],
      holidays: [{ name: second, when: { by: "day-of-year", from: "12-24", to: "12-26" } }],
    });
    const wall = await fetch(`${recorder.url}/api/v1/changes?wall=${encodeURIComponent(first)}`, {
      headers: { authorization: `Bearer ${recorder.token}` },
    });
    assert.equal(wall.status, 200);
    await wall.body?.cancel();
  }

  /** Events whose every word is a payload, as the engine writes them. */
  async function seeSomething(): Promise<void> {
    const [first, second, third] = PAYLOADS;
    const db = await openDb(join(recorder.dataDir, DATABASE_FILE), { log: silentLog });
    const startMs = Date.now() - 4_000;
    const said = { rule: second, source: third, subject: first, detail: { text: first, [second]: third } };
    const objects = [{ class: first, score: 0.9 }];
    const action = {
      rule: "hostile",
      action: "popup",
      status: "failed",
      atMs: startMs,
      attempts: 1,
    } as const;
    const common = {
      ...{ ...said, objects, pictures: [], startMs, endMs: startMs + 1_000, lastMs: startMs + 1_000 },
      actions: [{ ...action, note: third, context: { walls: first } }],
    };
    await putEvents(
      db,
      [
        { ...common, id: FIRST_EVENT, revision: FIRST_EVENT, type: "motion", camera: cameras[0] },
        { ...common, id: FIRST_EVENT + 1, revision: FIRST_EVENT + 1, type: second },
      ],
      2,
    );
    await db.close();
    await recorder.api("POST", `/events/${FIRST_EVENT}/acknowledge`, { note: PAYLOADS[0] });
  }

  it("are letters on every page, and no page tries to run them", async () => {
    const faults: string[] = [];
    const context = await openContext(browser, recorder);
    const page = watchFaults(await context.newPage(), faults);
    page.on("dialog", (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (/\/x$|window\.canary/.test(new URL(request.url()).pathname))
        faults.push(`asked for ${request.url()}`);
    });
    const assertLetters = async (where: string): Promise<void> => {
      const state = (await page.evaluate(`({
        canary: window.canary ?? null,
        injected: [...document.querySelectorAll('img[src="x"], svg[onload], script:not([src])')].map((one) => one.outerHTML),
        links: [...document.querySelectorAll("a[href], iframe[src], form[action]")]
          .map((one) => one.href ?? one.src ?? one.action).filter((address) => /^\\s*javascript:/i.test(address)),
      })`)) as { canary: number | null; injected: string[]; links: string[] };
      assert.deepEqual(state, { canary: null, injected: [], links: [] }, where);
    };
    const ofOne = [`cameras/${cameras[0]}`, `cameras/${cameras[0]}/detection`, `plugins?name=${PLUGIN}`];
    for (const path of [...PAGES, ...ofOne]) {
      await turnTo(page, recorder, path);
      await page.locator("main .head, main .empty, .door-card").first().waitFor();
      await until(`what ${path} waits for`, async () => (await page.locator(".skeleton").count()) === 0);
      await assertLetters(path);
    }
    // Where names are shown, they are shown as they are.
    for (const [path, text] of [
      ["cameras", PAYLOADS[0]],
      ["account", PAYLOADS[0]],
      ["system/log", PAYLOADS[2]],
      ["linkage", PAYLOADS[0]],
      ["arming", PAYLOADS[0]],
      ["arming", PAYLOADS[1]],
      ["arming", PAYLOADS[2]],
      ["io", PAYLOADS[1]],
      ["plugins", "Hostile"],
      ["events", PAYLOADS[0]],
    ] as const) {
      if (!page.url().endsWith(`/${path}`)) await visit(page, recorder, path);
      // A profile's name stands in a list to choose from, which is closed.
      await page.locator("main").getByText(text).first().waitFor({ state: "attached" });
    }
    // Why this event, of that rule and those objects.
    await page.getByRole("button", { name: "Why?" }).first().click();
    await page
      .getByRole("dialog", { name: /^Why\?/ })
      .locator(".why-steps > li")
      .first()
      .waitFor();
    await assertLetters("why");
    await page.keyboard.press("Escape");
    // What is wrong with cameras and what they saw, which every page shows.
    await page.locator(".health").click();
    await page.getByRole("dialog").getByText(PAYLOADS[0]).first().waitFor();
    await assertLetters("health");
    await page.keyboard.press("Escape");
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").waitFor();
    await assertLetters("bell");
    await page.keyboard.press("Escape");
    await visit(page, recorder, "system/doctor");
    await page.locator(".sections .button.primary").click();
    await page.locator(".check-list").waitFor({ timeout: 60_000 });
    await assertLetters("what was found");
    // Open, a receipt shows its lines.
    await visit(page, recorder, "tills");
    await page.locator(".receipt-table tr").first().getByRole("button").first().click();
    await page.getByRole("region", { name: "Receipt" }).getByText(PAYLOADS[1]).first().waitFor();
    await assertLetters("receipt");
    await context.close();
    assert.deepEqual(faults, []);
  });
});

/** A connection; undefined while nobody listens. */
async function connected(port: number): Promise<Socket | undefined> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
