// The whole way of an alarm in a real browser: a rule is ticked, seen as a flow, and wired on by hand in the editor; something
// moves before a camera; the mail comes with a picture, the output goes on and off, another camera is recorded from before it,
// the wall shows it and goes back, the hand-made wire ran, and all of it stands with the event.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { WebSocket } from "ws";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { SAMPLE_FLAG } from "../../core/media/mp4/sample-list.ts";
import { openSegmentFile } from "../../core/media/store/segment-file.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { mailServer } from "../../plugins/linkage-email/tests/mail-server.ts";
import { SenderProcesses } from "../bench/sender-process.ts";
import { boxClip } from "../support/detection-clips.ts";
import { recordedFiles } from "../support/recorder-evidence.ts";
import { openBrowser, openContext, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const LONG_MS = 60_000;
const PRE_SECONDS = 4;
const DWELL_SECONDS = 3;
/** A round of the clip, and when the box crosses. */
const ROUND = { seconds: 14, from: 8, to: 11 };
const EDITOR_TAB = "nightjar-linkage";

interface Event {
  readonly id: number;
  readonly start: string;
  readonly end?: string;
  readonly actions?: readonly {
    readonly rule: string;
    readonly action: string;
    readonly status: string;
    readonly note?: string;
    readonly captures?: readonly { readonly camera: string }[];
  }[];
}
interface OutputChange {
  readonly type: string;
  readonly data: { readonly id: string; readonly on: boolean; readonly by?: string };
}

describe("an alarm on its whole way", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  const folder = tempDir("nightjar-alarm-scenario-");
  let sender: SenderProcesses;
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    const clip = folder.join("box.mp4");
    boxClip(clip, ROUND.seconds, ROUND.from, ROUND.to);
    sender = await SenderProcesses.start(clip, 2);
    recorder = await startRecorder(true, [], (dataDir) => prepare(dataDir, sender));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await sender?.stop();
    folder[Symbol.dispose]();
  });

  it("ticked, wired on by hand, and done when something moves: mail, output, recording, wall, wire", async () => {
    await using mail = await mailServer();
    await recorder.api("PUT", "/plugins/settings", { name: "nightjar-linkage-email", config: mail.settings });
    const context = await openContext(browser, recorder);

    const page = await context.newPage();
    await page.goto(`${recorder.url}/linkage`);
    await tickRule(page);

    // The rule is a flow, and one more wire is drawn there. An editor that is opened sooner shows the flows of before.
    await until(
      "the rule to be a flow",
      async () => {
        const answer = await context.request.get(`${recorder.url}/flows/flows`);
        const flows: unknown = answer.ok() ? await answer.json() : [];
        const nodes = Array.isArray(flows) ? (flows as readonly { readonly type: string }[]) : [];
        return nodes.filter(({ type }) => type === "nj-tick").length === 4;
      },
      LONG_MS,
    );
    // The page of flows shows the editor; keys that mean something outside of it are the editor's own there.
    await page.goto(`${recorder.url}/system/flows`);
    const frame = page.frameLocator("iframe");
    const canvas = frame.locator("#red-ui-workspace-chart svg");
    await canvas.waitFor({ timeout: LONG_MS });
    await canvas.click();
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0, "no sheet of the recorder's keys");
    await page.getByRole("button", { name: "State and settings" }).click();
    await page.getByText("Running", { exact: true }).waitFor();
    assert.equal(await page.locator("iframe").count(), 0, "nothing was changed in it: it is let go");
    await page.goto(`${recorder.url}/flows/`, { waitUntil: "commit", timeout: LONG_MS });
    await wireOn(page);
    await page.goto("about:blank");

    // A screen in the house is a wall.
    const wall = await context.newPage();
    await wall.goto(`${recorder.url}/live?grid=4`);
    await wall.getByRole("button", { name: "Use this screen as a wall" }).click();
    await wall.getByRole("dialog").getByLabel("Name of the wall").fill("Hall");
    await wall.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await wall.getByRole("button", { name: "This screen is the wall Hall" }).waitFor();

    const { changes, switched } = await siren();
    // From now on the recorder looks at what moves before the gate.
    await recorder.api("PATCH", "/cameras/gate/detection", { enabled: true });
    const popup = wall.getByRole("dialog", { name: "Pop-up" });
    await popup.waitFor({ timeout: LONG_MS });
    assert.match((await popup.textContent()) ?? "", /Motion.*Gate/);
    // Kept until it has been looked at, let go, it is over by itself.
    await popup.getByRole("button", { name: "Keep" }).click();
    await popup.locator(".picture").first().waitFor();
    await screenshot(wall, "alarm-scenario-wall");
    await popup.getByRole("button", { name: "Keep" }).click();
    await popup.waitFor({ state: "detached", timeout: LONG_MS });
    assert.equal(await wall.locator(".wall-4 .tile[data-camera]").count(), 2, "the wall is back");
    await until("the siren to be on and off", async () => switched.length >= 2, LONG_MS);
    assert.deepEqual(switched, ["on by rule rule-1", "off by rule rule-1"]);
    changes.terminate();

    const event = await until(
      "all that came of it, and its end",
      async () => {
        const { events } = await recorder.api<{ events: Event[] }>("GET", "/events?types=motion");
        return events.find(({ actions = [], end }) => actions.length === 5 && end !== undefined);
      },
      LONG_MS,
    );
    const came = (event.actions ?? []).map(({ action, status, rule }) => `${action} ${status} ${rule}`);
    assert.deepEqual(came.toSorted(), [
      "capture done flow",
      "email done rule-1",
      "output done rule-1",
      "popup done rule-1",
      "record done rule-1",
    ]);
    const made = event.actions?.find(({ action }) => action === "capture");
    assert.deepEqual(
      made?.captures?.map(({ camera }) => camera),
      ["yard"],
      "by the hand-made wire",
    );

    assert.equal(mail.received.length, 1);
    const letter = mail.received[0]?.mail;
    assert.match(letter?.subject ?? "", /Motion: Gate/);
    const [picture] = letter?.attachments ?? [];
    const bytes = Buffer.from(picture?.content as ArrayBuffer);
    assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.ok(bytes.length > 2_000, `a picture of ${bytes.length} bytes`);

    // The other camera has what was before, from a key frame on.
    const volume = join(recorder.dataDir, "volumes/default");
    const [file] = await until(
      "the other camera's file to be closed",
      async () => {
        const query = new URLSearchParams({
          start: new Date(Date.parse(event.start) - 60_000).toISOString(),
          end: new Date().toISOString(),
        });
        const { segments } = await recorder.api<{ segments: readonly unknown[] }>(
          "GET",
          `/cameras/yard/recordings?${query}`,
        );
        return segments.length > 0 && recordedFiles([volume], (path) => path.includes("/yard/"));
      },
      LONG_MS,
    );
    assert.ok(file !== undefined);
    const leadMs = Date.parse(event.start) - file.startMs;
    assert.ok(leadMs >= PRE_SECONDS * 1_000, `it begins ${leadMs} ms before the event`);
    assert.ok(leadMs <= PRE_SECONDS * 1_000 + 2_500, `it begins ${leadMs} ms before the event`);
    assert.ok(file.endMs >= Date.parse(event.end ?? ""), "it goes on to the event's end");
    const segment = openSegmentFile(file.file);
    assert.equal((segment.video.samples.flags[0] ?? 0) & SAMPLE_FLAG.key, SAMPLE_FLAG.key);
    segment.close();

    // And a person finds all of it with the event.
    await page.goto(`${recorder.url}/events?kind=motion`);
    const row = page.locator("tr.event", { has: page.locator(".done-list") });
    await row.locator(".done-list .capture").waitFor();
    const told = await row.locator(".done-list li").allTextContents();
    assert.equal(told.length, 5, told.join(" | "));
    for (const what of [/E-mail/, /Alarm outputs/, /Recording/, /Pop-up.*Hall/, /Pictures/])
      assert.ok(
        told.some((line) => what.test(line) && line.includes(": done")),
        `${what}: ${told.join(" | ")}`,
      );
    await screenshot(page, "alarm-scenario-event");
    await context.close();
  });

  /** Hears what becomes of the siren: no look would be quick enough for certain. */
  async function siren(): Promise<{ changes: WebSocket; switched: string[] }> {
    const changes = new WebSocket(`${recorder.url.replace(/^http/, "ws")}/api/v1/changes?types=output`, {
      headers: { authorization: `Bearer ${recorder.token}` },
    });
    const switched: string[] = [];
    changes.on("message", (message: Buffer) => {
      const { type, data } = JSON.parse(String(message)) as OutputChange;
      const word = `${data.on ? "on" : "off"} by ${data.by}`;
      // It is told again when its device has obeyed.
      if (type === "output" && data.id === "siren" && switched.at(-1) !== word) switched.push(word);
    });
    await once(changes, "open");
    return { changes, switched };
  }
});

/** Two cameras that see the same, an output, and flows that run. */
async function prepare(dataDir: string, sender: SenderProcesses): Promise<void> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.network.http.port = 0;
    draft.network.https.enabled = false;
    draft.network.rtsp.port = 0;
    draft.mqtt.tcp.port = 0;
    draft.mqtt.tls.port = 0;
    draft.firstRun.demoRemoved = true;
    draft.flows.enabled = true;
    const camera = { driver: "rtsp", enabled: true };
    const record = {
      ...({ streams: "main", audio: false, segmentSeconds: 60 } as const),
      ...{ retentionDays: null, quotaBytes: null },
    };
    draft.cameras.push(
      {
        ...{ ...camera, id: "gate", name: "Gate", config: { url: sender.url(1), transport: "tcp" } },
        record: { ...record, mode: "continuous", preRecordSeconds: 0 },
      },
      {
        ...{ ...camera, id: "yard", name: "Yard", config: { url: sender.url(2), transport: "tcp" } },
        record: { ...record, mode: "event", preRecordSeconds: PRE_SECONDS, eventTypes: ["tamper"] },
      },
    );
    draft.outputs.push({
      ...{ id: "siren", name: "Siren", enabled: true, driver: { kind: "virtual" } },
      dwellSeconds: DWELL_SECONDS,
    });
  });
  await config.close();
}

/** Makes the rule on the page of linkage: motion before the gate, and four ticks. */
async function tickRule(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a rule" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Somebody at the gate");
  await tickIn(dialog, "Cameras", "Gate");
  // A box that crosses twice is told of once.
  await dialog.getByLabel(/^Rest/).fill("600");
  const email = dialog.getByRole("group", { name: "E-mail" });
  await email.getByLabel("E-mail").check();
  await email.getByRole("button", { name: "Add", exact: true }).click();
  await email.getByLabel("Receiver 1", { exact: true }).fill("guard@home.example");
  const outputs = dialog.getByRole("group", { name: "Alarm outputs" });
  await outputs.getByLabel("Alarm outputs").check();
  await tickIn(outputs, "Outputs", "Siren");
  const record = dialog.getByRole("group", { name: "Record cameras" });
  await record.getByLabel("Record cameras").check();
  await tickIn(record, "Cameras", "Yard");
  await record.getByLabel("Seconds after the event").fill("1");
  const popup = dialog.getByRole("group", { name: "Show on walls" });
  await popup.getByLabel("Show on walls").check();
  await screenshot(page, "alarm-scenario-rule");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}

async function tickIn(within: Locator, list: string, entry: string): Promise<void> {
  await within.locator("summary", { hasText: list }).first().click();
  await within.getByLabel(entry, { exact: true }).first().check();
}

/** Puts a node into the tab of alarm linkage, draws a wire to it from the rule, and deploys. */
async function wireOn(page: Page): Promise<void> {
  const tab = page.locator(`#red-ui-tab-${EDITOR_TAB}`);
  await tab.waitFor({ timeout: LONG_MS });
  await tab.click();
  const rule = page.locator("#nightjar-rule-rule-1");
  await rule.waitFor();
  assert.match((await rule.textContent()) ?? "", /Somebody at the gate/);
  await until("its four ticks", async () => (await page.locator("[id^=nightjar-tick-]").count()) === 4);
  const node = {
    ...{
      id: "by-hand",
      type: "nj-linkage",
      z: EDITOR_TAB,
      name: "Look at the yard",
      server: "nightjar-here",
    },
    ...{ act: "action", action: "capture", settings: "{}", camera: "yard", x: 320, y: 420, wires: [[]] },
  };
  // As the editor's own import puts it there.
  await page.evaluate(
    `RED.nodes.import(${JSON.stringify([node])}); RED.nodes.dirty(true); RED.view.redraw(true)`,
  );
  const from = await middleOf(rule.locator(".red-ui-flow-port-output .red-ui-flow-port").first());
  const to = await middleOf(page.locator("#by-hand .red-ui-flow-port-input .red-ui-flow-port"));
  const links = page.locator(".red-ui-flow-link-line");
  const before = await links.count();
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 12 });
  await page.mouse.up();
  await until("the wire", async () => (await links.count()) === before + 1);
  await screenshot(page, "alarm-scenario-flow");
  const deployed = page.waitForResponse(
    (answer) => answer.url().endsWith("/flows/flows") && answer.request().method() === "POST",
  );
  await page.locator("#red-ui-header-button-deploy").click();
  assert.equal((await deployed).status(), 200);
}

async function middleOf(found: Locator): Promise<{ x: number; y: number }> {
  await found.waitFor();
  const box = await found.boundingBox();
  assert.ok(box !== null);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
