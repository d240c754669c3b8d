// The page of events in a real browser: what happened is found, shown with its picture, played at once and acknowledged;
// the arming profile is switched there.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import { putEvents } from "../../core/db/tables/events-table.ts";
import { silentLog } from "../../core/log.ts";
import { putAlarms, putWalk } from "../support/alarms.ts";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const FIRST_ID = 1_000_001;
const DAY_MS = 86_400_000;

describe("the events page", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let camera = "";

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    await until("a recording", async () => {
      const at = new Date(Date.now() - 5_000).toISOString();
      const { status } = await fetch(
        `${recorder.url}/api/v1/cameras/${camera}/snapshot.jpg?width=160&at=${at}`,
        {
          headers: { authorization: `Bearer ${recorder.token}` },
        },
      );
      return status === 200;
    });
    await seen(camera);
    await putWalk(recorder.dataDir, camera, FIRST_ID + 2);
  });
  after(async () => {
    await browser?.close();
  });

  /** What detectors would have reported, as the engine writes it: of kinds that no detector here has. */
  async function seen(id: string): Promise<void> {
    const db = await openDb(join(recorder.dataDir, DATABASE_FILE), { log: silentLog });
    const startMs = Date.now() - 4_000;
    const common = { source: "camera", pictures: [], detail: {}, lastMs: startMs + 2_000 };
    await putEvents(
      db,
      [
        {
          ...common,
          id: FIRST_ID,
          type: "motion",
          camera: id,
          startMs,
          endMs: startMs + 2_000,
          objects: [],
          revision: FIRST_ID,
        },
        {
          ...common,
          id: FIRST_ID + 1,
          type: "intrusion",
          camera: id,
          rule: "drive",
          startMs: startMs - 60_000,
          endMs: startMs - 50_000,
          endReason: "disarmed",
          objects: [{ class: "car", score: 0.6 }],
          revision: FIRST_ID + 1,
        },
      ],
      2,
    );
    await db.close();
  }

  it("shows what happened with its picture, found by what was seen, and plays it at once", async () => {
    await visit(page, recorder, "events");
    const rows = page.locator(".event");
    await rows.first().waitFor();
    await until("a picture", async () => (await page.locator(".event .thumb img.shown").count()) > 0, 40_000);
    await page.getByLabel("Object, as person or car").fill("person");
    await until("one event", async () => (await rows.count()) === 1);
    assert.match((await rows.first().textContent()) ?? "", /Person.*Person 87 %.*Dog 60 %/s);
    assert.match(page.url(), /object=person/, "filters stand in the address");
    await rows.first().getByLabel("Play from here").click();
    await until("the moment plays", () => counterOf(page, ".stage .picture"), 40_000);
    assert.match(page.url(), /playback\?camera=.*t=/);
  });

  it("draws what was seen over the picture of its moment, with the way that it took", async () => {
    await visit(page, recorder, "events?kind=person");
    const rows = page.locator(".event");
    await until("one event", async () => (await rows.count()) === 1);
    const button = rows.first().getByRole("button", { name: "Picture" });
    await button.click();
    const dialog = page.getByRole("dialog", { name: /^Person/ });
    const picture = dialog.locator(".seen-picture");
    await picture.locator("img").waitFor({ timeout: 40_000 });
    const drawn = () =>
      picture.evaluate((element) => {
        const whole = element.getBoundingClientRect();
        const { naturalWidth, naturalHeight } = element.querySelector("img") ?? {
          naturalWidth: 0,
          naturalHeight: 1,
        };
        const shares = (selector: string) =>
          [...element.querySelectorAll(selector)].map((one) => {
            const { x, y, width, height } = one.getBoundingClientRect();
            return [
              (x - whole.x) / whole.width,
              (y - whole.y) / whole.height,
              width / whole.width,
              height / whole.height,
            ];
          });
        return {
          stretch: whole.width / whole.height / (naturalWidth / naturalHeight),
          boxes: shares("rect.over"),
          ways: shares("polyline.over"),
          dots: shares(".dot").map(([x = 0, y = 0, width = 0, height = 0]) => [
            x + width / 2,
            y + height / 2,
          ]),
          names: [...element.querySelectorAll(".seen-name")].map(({ textContent }) => textContent),
        };
      });
    const near = (found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]) => {
      assert.equal(found.length, wanted.length);
      found.flat().forEach((share, n) => {
        assert.ok(Math.abs(share - (wanted.flat()[n] ?? 0)) < 0.01, `${JSON.stringify(found)}`);
      });
    };
    const way = [[0.05, 0.3, 0.55, 0.5]];
    const person = await drawn();
    assert.ok(Math.abs(person.stretch - 1) < 0.01, "the layer lies on the picture alone");
    near(person.boxes, [[0.1, 0.1, 0.2, 0.5]]);
    near(person.ways, way);
    near(person.dots, [[0.6, 0.8]]);
    assert.deepEqual(person.names, ["Person"]);
    const said = (await picture.getByRole("img").getAttribute("aria-label")) ?? "";
    assert.match(
      said,
      /^Person 87 % at 20 % from the left, 35 % from the top\. Person 87 % went from 5 %, 30 % to 60 %/,
    );
    await screenshot(page, "event-picture");
    await dialog.getByRole("button", { name: "Dog 60 %" }).click();
    await until("the dog", async () => (await drawn()).names[0] === "Dog");
    const dog = await drawn();
    await picture.locator("img").waitFor({ timeout: 40_000 });
    await screenshot(page, "event-picture-other");
    near(dog.boxes, [[0.75, 0.02, 0.2, 0.2]]);
    near(dog.ways, way);
    await page.keyboard.press("Escape");
    assert.equal(await button.evaluate((element) => element.matches(":focus")), true);
    await visit(page, recorder, "events?kind=intrusion");
    await until("one event", async () => (await rows.count()) === 1);
    assert.equal(await page.getByRole("button", { name: "Picture" }).count(), 0, "nothing has a place there");
  });

  it("explains an event and a moment, with ways to the settings", async () => {
    await visit(page, recorder, "events?kind=motion");
    const button = page.getByRole("button", { name: "Why?" }).first();
    await button.click();
    const panel = page.getByRole("dialog", { name: /^Why\?/ });
    await panel.getByText(/^Recorded, because of continuous recording/).waitFor();
    await panel.getByText(/^Event: Motion from/).waitFor();
    assert.equal(await panel.locator(".why-steps > li").count(), 12);
    await screenshot(page, "why-event");
    await page.keyboard.press("Escape");
    assert.equal(await button.evaluate((element) => element.matches(":focus")), true);
    await visit(page, recorder, `cameras/${camera}`);
    await page.getByRole("button", { name: "Why?" }).click();
    await panel.getByText(/^Recording, because of continuous recording/).waitFor();
    await panel.getByText("looks for nothing at this camera").waitFor();
    await panel.getByRole("link", { name: "Detection" }).click();
    await page.waitForURL(/\/detection$/);
    assert.equal(await panel.count(), 0);
  });

  it("lets an event be acknowledged with a note, which stays", async () => {
    await visit(page, recorder, "events?kind=intrusion");
    await page.getByRole("button", { name: "Acknowledge" }).first().click();
    await page.getByLabel("Note").fill("our own car");
    await page.locator("dialog").getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("our own car").waitFor();
    await visit(page, recorder, "events?seen=yes");
    await page.getByText("our own car").waitFor();
    await visit(page, recorder, "events?seen=no&kind=intrusion");
    await page.getByText("No event fits").waitFor();
  });

  it("switches the arming profile, and announces what happens meanwhile", async () => {
    await visit(page, recorder, "events");
    await page.locator(".event").first().waitFor();
    await page.getByLabel("Arming profile").selectOption("away");
    await until("the profile", async () => {
      const { profile } = await recorder.api<{ profile: string }>("GET", "/arming");
      return profile === "away";
    });
    const refused = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: "not the password" }),
    });
    assert.equal(refused.status, 401);
    await page.getByRole("button", { name: /Show .* new event/ }).click();
    await page.locator(".event").getByText("Illegal login").first().waitFor();
  });

  it("counts alarms at the bell, which follows what others acknowledge, and acknowledges from there", async () => {
    const [first, second, third] = [FIRST_ID + 10, FIRST_ID + 11, FIRST_ID + 12];
    await putAlarms(recorder.dataDir, camera, [first, second, third]);
    // Loaded anew: nobody told the page of what was put into the database.
    await page.goto(`${recorder.url}/cameras`);
    const bell = page.locator(".bell > button");
    const count = async () => Number(await page.locator(".bell-count").textContent());
    await page.locator(".bell-count").waitFor();
    const before = await count();
    assert.ok(before >= 3, String(before));
    await bell.click();
    const panel = page.getByRole("region", { name: "Alarms" });
    await panel.getByText("Tampering").first().waitFor();
    await screenshot(page, "bell");
    await recorder.api("POST", `/events/${first}/acknowledge`, { note: "seen elsewhere" });
    await until("one less, told by the stream", async () => (await count()) === before - 1);
    const buttons = panel.getByRole("button", { name: "Acknowledge" });
    await buttons.first().press("Enter");
    await until("another one less", async () => (await count()) === before - 2);
    // The keyboard goes on with the one that moved up, and it is told how many are left.
    await until("the next to have the focus", () => buttons.first().evaluate((one) => one.matches(":focus")));
    const told = page.getByRole("status").filter({ hasText: /acknowledged\. Open alarms: \d+/ });
    assert.equal(await told.count(), 1);
    for (let left = before - 2; left > 0; left -= 1) {
      await page.keyboard.press("Enter");
      if (left > 1) await until("one less", async () => (await count()) === left - 1);
    }
    await until("none left", async () => (await page.locator(".bell-count").count()) === 0);
    assert.equal(await panel.evaluate((one) => one.matches(":focus")), true);
    for (const id of [second, third]) {
      const event = await recorder.api<{ acknowledged?: { by: string } }>("GET", `/events/${id}`);
      assert.equal(event.acknowledged?.by, "admin");
    }
    await page.keyboard.press("Escape");
    assert.equal(await panel.count(), 0);
    assert.equal(await bell.evaluate((element) => element.matches(":focus")), true);
  });

  it("finds by camera and by day, and gives what is found as files", async () => {
    const day = new Date(Date.now() - 11 * DAY_MS).toISOString().slice(0, 10);
    const startMs = Date.parse(`${day}T12:00:00Z`);
    const [ofCamera, ofRecorder] = [FIRST_ID + 20, FIRST_ID + 21];
    const common = { source: "camera", pictures: [], detail: {}, objects: [], startMs, lastMs: startMs };
    const db = await openDb(join(recorder.dataDir, DATABASE_FILE), { log: silentLog });
    await putEvents(
      db,
      [
        { ...common, id: ofCamera, type: "motion", camera, endMs: startMs, revision: ofCamera },
        { ...common, id: ofRecorder, type: "pos", endMs: startMs, revision: ofRecorder },
      ],
      2,
    );
    await db.close();

    await visit(page, recorder, "events");
    const rows = page.locator(".event");
    await until("more than that day's", async () => (await rows.count()) > 2);
    await page.getByLabel("Day", { exact: true }).fill(day);
    await until("that day's alone", async () => (await rows.count()) === 2);
    await page.getByLabel("Camera", { exact: true }).selectOption(camera);
    await until("that camera's alone", async () => (await rows.count()) === 1);
    assert.match((await rows.textContent()) ?? "", /Motion/);
    const { searchParams } = new URL(page.url());
    assert.deepEqual([searchParams.get("day"), searchParams.get("camera")], [day, camera]);

    const saved = async (link: string) => {
      const coming = page.waitForEvent("download");
      await page.getByRole("link", { name: link }).click();
      const download = await coming;
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    const table = await saved("As CSV");
    assert.equal(table.name, "nightjar-events.csv");
    const [head, ...cells] = table.text.trimEnd().split("\r\n");
    assert.match(head ?? "", /^\ufeffid,start,end,type,severity,camera,/);
    const start = new Date(startMs).toISOString();
    assert.deepEqual(
      cells.map((line) => line.split(",").slice(0, 6)),
      [[String(ofCamera), start, start, "motion", "info", camera]],
    );
    // Without the camera again: the files follow the filters.
    await page.getByLabel("Camera", { exact: true }).selectOption("All cameras");
    await until("that day's again", async () => (await rows.count()) === 2);
    const lines = await saved("As JSON lines");
    assert.equal(lines.name, "nightjar-events.jsonl");
    const events = lines.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ id, type, camera }) => ({ id, type, camera })),
      [
        { id: ofRecorder, type: "pos", camera: undefined },
        { id: ofCamera, type: "motion", camera },
      ],
    );
    await page.getByRole("button", { name: "Clear filters" }).click();
    await until("all again", async () => (await rows.count()) > 2);
    assert.equal(await page.getByLabel("Day", { exact: true }).inputValue(), "");
  });
});
