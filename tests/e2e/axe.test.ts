// Every page and every dialog of the table of screens in a real Chromium, on a desktop in dark and in light colours and on a
// phone: axe (WCAG 2.2 A and AA) objects to nothing, nothing is wider than its room, nothing throws. One recorder, furnished as
// a household, and one page that is loaded once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { type FakeOnvifDevice, fakeOnvifDevice } from "../../core/testing/fake-onvif-device.ts";
import { testPatience } from "../../core/testing/wait-for.ts";
import {
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  skipBrowserTests,
  turnTo,
  until,
  WIDTH_EXCESS,
  watchFaults,
} from "./support/browser.ts";
import { furnish } from "./support/household.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";
import { placed, SCREENS, type Screen } from "./support/screens.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } as const;
/** What other colours can spoil. */
const CONTRAST = { type: "rule", values: ["color-contrast"] } as const;
/** What less room can spoil. */
const ROOM = {
  type: "rule",
  values: ["target-size", "scrollable-region-focusable", "aria-hidden-focus"],
} as const;
/** Navigation and header around a page: looked at as well, or the same as on a page before. */
type Around = "judged" | "as before";
interface Look {
  readonly around?: Around;
  /** Judged in these colours, which are never drawn: that took as long as to judge them. */
  readonly theme?: "light";
}
type Rules = typeof WCAG | typeof CONTRAST | typeof ROOM;
/** Rules that find something to judge on any page; in any dialog, one does. */
const LEAST: ReadonlyMap<Rules, number> = new Map<Rules, number>([
  [WCAG, 8],
  [CONTRAST, 1],
  [ROOM, 1],
]);
/**
 * `judge`, for the page: what axe objects to in the open dialog, where there is one. What lies behind it is judged by itself, and
 * hidden meanwhile: axe knows nothing of the browser's top layer, and takes it for lying over the dialog. A dialog's words lie on
 * one colour, or on hatching: what axe leaves open there was not judged, and is told. What is around the page is the same on all
 * of them; rules for a whole page have their say on each. All that depends on looks axe judges in one go, after which the page is
 * put back before anything is drawn: the planted letters, pale in the light alone, would tell if it did not.
 */
const JUDGE = `window.judge = async (rules, least, { around, theme }) => {
  const dialog = document.querySelector("dialog[open]");
  const aside = [];
  const besides = (inner, put) => {
    for (let at = inner; at !== null && at !== document.body; at = at.parentElement)
      for (const one of at.parentElement.children) if (one !== at) put(one);
  };
  besides(dialog, (one) => {
    aside.push([one, one.style.visibility]);
    one.style.visibility = "hidden";
  });
  const known = [];
  if (around === "as before") besides(document.querySelector("main"), (one) => known.push(one));
  const { dataset } = document.documentElement;
  const { theme: own } = dataset;
  if (theme !== undefined) dataset.theme = theme;
  const restored = scheduler.postTask(() => {
    dataset.theme = own;
    for (const [one, visibility] of aside) one.style.visibility = visibility;
  }, { priority: "user-blocking" });
  const { violations, passes, incomplete } = await axe.run(dialog ?? { include: [document], exclude: known }, {
    runOnly: rules,
    resultTypes: ["violations", "incomplete"],
  });
  await restored;
  if (passes.length < (dialog === null ? least : 1)) return ["only " + passes.length + " rules found something to judge"];
  const open = dialog === null ? [] : incomplete.filter(({ id }) => id === "color-contrast").flatMap(({ nodes }) => nodes);
  const unjudged = open
    .map((one) => [one.target.join(" "), one.any[0]?.data?.messageKey])
    .filter(([, why]) => why !== "bgGradient")
    .map(([where, why]) => "color-contrast not judged: " + where + " " + why);
  const said = violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((one) => one.target.join(" ") + " " + (one.any[0]?.message ?? "")).join(" | "));
  const px = ${WIDTH_EXCESS};
  return [...unjudged, ...said, ...(px === 0 ? [] : [px + " px too wide"])];
};`;
const LONG_MS = 20_000;
const TALL = { ...DESKTOP, height: 2_400 } as const;
const DOME = { username: "dome", password: "bright-dome" } as const;
/** Those that somebody sees who is signed in. */
const INSIDE = SCREENS.filter(({ door }) => door === undefined);

describe("accessibility", { skip: skipBrowserTests, timeout: 300_000 * testPatience() }, () => {
  let source: FakeCamera;
  let dome: FakeOnvifDevice;
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let fingers: CDPSession;
  let places: Readonly<Record<string, string>> = {};
  const faults: string[] = [];

  before(async () => {
    source = await fakeCamera({ auth: "digest", ...DOME });
    dome = await fakeOnvifDevice({
      ...{ ...DOME, streamUrl: source.url },
      profiles: [{ token: "main", width: 640, height: 360 }],
    });
    recorder = await startRecorder(true);
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    browser = await openBrowser();
    const context = await openContext(browser, recorder, { theme: "dark" });
    page = watchFaults(await context.newPage(), faults);
    fingers = await context.newCDPSession(page);
    await page.goto(`${recorder.url}/users`);
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await dome?.close();
    await source?.close();
  });

  /** What axe objects to, and what is too wide, where the page stands now. */
  async function objections(where: string, rules: Rules, look: Look = {}): Promise<string[]> {
    const wanted = JSON.stringify([rules, LEAST.get(rules), look]);
    const judged = (): Promise<unknown> =>
      page.evaluate(`window.judge === undefined ? undefined : judge(...${wanted})`);
    let found = (await judged()) as string[] | undefined;
    if (found === undefined) {
      await page.evaluate(`${AXE}\n${JUDGE}`);
      found = (await judged()) as string[];
    }
    return found.map((text) => `${where}: ${text}`);
  }

  /** On a desktop in both themes: the light one is the same page with other colours. */
  async function onADesktop(where: string, around: Around = "judged"): Promise<string[]> {
    // What lies below a dialog's foot, or beyond its edge, cannot be judged: such a one gets the height that it wants,
    // until another is opened.
    const isCut = (await page.evaluate(
      `(() => { const dialog = document.querySelector("dialog[open]"); return dialog !== null && dialog.scrollHeight > dialog.clientHeight; })()`,
    )) as boolean;
    if (isCut) await page.setViewportSize(TALL);
    return [
      ...(await objections(`${where} (dark)`, WCAG)),
      ...(await objections(`${where} (light)`, CONTRAST, { around, theme: "light" })),
    ];
  }

  /** The same page where there is less room, and fingers in place of a mouse; it stays so until another is opened. */
  async function onAPhone(where: string, around: Around = "judged"): Promise<string[]> {
    await Promise.all([
      fingers.send("Emulation.setTouchEmulationEnabled", { enabled: true }),
      page.setViewportSize(PHONE),
    ]);
    return objections(`${where} on a phone`, ROOM, { around });
  }

  /** Comes to an address on a desktop, from whichever screen was there before: what is left is not laid out for one again. */
  async function open(address: string): Promise<void> {
    for (
      let press = 0;
      press < 4 && (await page.locator("dialog[open], .menu, .bell-panel").count()) > 0;
      press += 1
    )
      await page.keyboard.press("Escape");
    await Promise.all([
      page.setViewportSize(DESKTOP),
      fingers.send("Emulation.setTouchEmulationEnabled", { enabled: false }),
      turnTo(page, recorder, address),
    ]);
  }

  async function show(screen: Screen): Promise<void> {
    await open(placed(screen.path, places));
    for (const selector of screen.open ?? [])
      await page.locator(selector).first().click({ timeout: LONG_MS });
    await page.locator(screen.filled).first().waitFor({ timeout: LONG_MS });
  }

  it("finds nothing to object to in a bell without alarms", async () => {
    await page.getByRole("button", { name: "No alarms" }).click();
    await page.locator(".bell-panel .muted").first().waitFor();
    assert.deepEqual(await onADesktop("bell without alarms"), []);
  });

  it("finds nothing to object to on any page and in any dialog: dark, light, and on a phone", async () => {
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    ({ places } = await furnish(recorder, dome, cameras[0]?.id ?? ""));
    const found: string[] = [];
    let isAroundJudged = false;
    for (const screen of INSIDE) {
      const problem = await show(screen).then(() => undefined, String);
      if (problem !== undefined) {
        found.push(`${screen.name} is not shown: ${problem}`);
        continue;
      }
      // In the first colours it is judged on each; in others, and with less room, on the first and where something of it is open.
      const around = screen.open === undefined && isAroundJudged ? "as before" : "judged";
      found.push(...(await onADesktop(screen.name, around)));
      if (screen.isWideOnly === true) continue;
      found.push(...(await onAPhone(screen.name, around)));
      isAroundJudged = true;
    }
    assert.deepEqual(found, []);
  });

  it("would find what is planted: a picture without words, pale letters, small buttons, and what is too wide", async () => {
    await open("users");
    await page.locator("table").waitFor();
    await page.evaluate(`(() => {
      const head = document.querySelector("h1");
      head.append(new Image());
      head.style.color = "#ccc";
      for (const label of ["one", "two"]) {
        const small = document.createElement("button");
        small.ariaLabel = label;
        Object.assign(small.style, { width: "8px", height: "8px", minWidth: "0", minHeight: "0", padding: "0" });
        head.after(small);
      }
      const wide = document.createElement("div");
      wide.style.width = "2000px";
      document.querySelector("main").append(wide);
    })()`);
    const inTheDark = (await objections("planted", WCAG)).join();
    assert.match(inTheDark, /image-alt/);
    assert.match(inTheDark, /px too wide/);
    assert.doesNotMatch(inTheDark, /color-contrast/);
    const inTheLight = await objections("planted", CONTRAST, { around: "as before", theme: "light" });
    assert.match(inTheLight.join(), /color-contrast/);
    assert.match((await objections("planted", ROOM, { around: "as before" })).join(), /target-size/);
  });

  it("keeps focus inside dialogs, and visible where it is", async () => {
    await open("users");
    await page.getByRole("button", { name: "Add user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    // What is typed goes where it belongs, and not to the button that closes.
    await until("its first field has the focus", () =>
      dialog.getByLabel("Name").evaluate((one) => one.matches(":focus")),
    );
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press("Tab");
      // The browser's own controls come in turn with those of the dialog; the page behind it never does.
      const where = (await page.evaluate(
        `document.activeElement === document.body || document.activeElement.closest("dialog") !== null`,
      )) as boolean;
      assert.ok(where, `Tab ${press} led out of the dialog`);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await until(
      "focus is on the button that opened it",
      async () => (await page.evaluate("document.activeElement.textContent")) === "Add user",
    );
    await page.keyboard.press("Tab");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.notEqual(outline, "none");
  });

  it("finds nothing to object to at the door", async () => {
    await page.context().clearCookies();
    await page.goto(`${recorder.url}/live`);
    await page.getByLabel("Password").waitFor();
    assert.deepEqual([...(await onADesktop("the door")), ...(await onAPhone("the door"))], []);
  });

  it("meets no fault of a page, and nothing against its content policy, on the way", () => {
    assert.deepEqual(faults, []);
  });
});
