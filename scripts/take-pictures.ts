// Takes the pictures of the README and the guides from a real recorder with its demo cameras:
// `node scripts/take-pictures.ts`, with `--flows` those of the flow editor alone. Wants Chromium and a built interface; writes docs/pictures/*.png.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { counterOf, DESKTOP, openBrowser, openContext, until } from "../tests/e2e/support/browser.ts";
import { startDemoRecorder, untilRecorded } from "./pictures/demo-recorder.ts";
import { takeFlows } from "./pictures/flows-pictures.ts";

const folder = resolve(import.meta.dirname, "../docs/pictures");
/** A timeline that shows something has this much on it. */
const RECORDED_SECONDS = 90;
const PICTURE_MS = 30_000;
mkdirSync(folder, { recursive: true });

/** The editor in its own light colours, without the recorder's pages around it. */
const EDITOR = { width: 1360, height: 620 };
const onlyFlows = process.argv.includes("--flows");
const recorder = await startDemoRecorder(["Gate", "Street", "Garden"]);
const browser = await openBrowser();
async function pictureFlows(): Promise<void> {
  const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
  const [first, second] = cameras.slice(1).map(({ id }) => id);
  const context = await openContext(browser, recorder, { viewport: EDITOR });
  const page = await context.newPage();
  await takeFlows(recorder, page, [first ?? "", second ?? ""], (name) =>
    page.screenshot({ path: join(folder, `${name}.png`) }),
  );
  await context.close();
}

async function pictureAll(): Promise<void> {
  const camera = await untilRecorded(recorder, RECORDED_SECONDS);
  const context = await openContext(browser, recorder, { viewport: DESKTOP, theme: "dark" });
  const page = await context.newPage();
  const take = (name: string): Promise<unknown> => page.screenshot({ path: join(folder, `${name}.png`) });

  await page.goto(`${recorder.url}/live`);
  const tiles = page.locator(".tile[data-camera]");
  await until(
    "a picture in every tile",
    async () => {
      const ids = await tiles.evaluateAll((all) => all.map((one) => one.getAttribute("data-camera")));
      const counters = await Promise.all(ids.map((id) => counterOf(page, `[data-camera="${id}"] .picture`)));
      return counters.length === 4 && counters.every((counter) => counter !== undefined);
    },
    PICTURE_MS,
  );
  await take("live");

  const moment = new Date(Date.now() - (RECORDED_SECONDS / 2) * 1000).toISOString();
  await page.goto(`${recorder.url}/playback?camera=${camera}&t=${moment}&play=0`);
  await until("a recorded picture", () => counterOf(page, ".stage .picture"), PICTURE_MS);
  await page.getByRole("button", { name: "1 min", exact: true }).click();
  await page.locator(".stage-hint, .calendar[aria-busy=true]").waitFor({ state: "detached" });
  await take("playback");

  await page.goto(`${recorder.url}/cameras`);
  await until(
    "all thumbnails",
    async () =>
      page.evaluate(
        `document.querySelectorAll(".thumb img").length === 4 && [...document.querySelectorAll(".thumb img")].every((one) => one.naturalWidth > 0)`,
      ) as Promise<boolean>,
  );
  await take("cameras");

  await page.goto(`${recorder.url}/plugins`);
  await page.getByRole("article").first().waitFor();
  await take("plugins");
  await pictureFlows();
}

try {
  await (onlyFlows ? pictureFlows() : pictureAll());
} finally {
  await browser.close();
  await recorder.stop();
}
