// One page of the administrator for the tests of a process that need no other: opening a context costs a process of Chromium and
// loads the interface anew, a second of the processor each time. Between tests it shows nothing; after one that failed the next
// gets a new one.
import { afterEach } from "node:test";
import type { Page } from "playwright-core";
import { DESKTOP, openBrowser, openContext, turnTo } from "./browser.ts";
import type { Recorder } from "./recorder.ts";
import type { Over } from "./shared-browser.ts";

let kept: { readonly recorder: Recorder; readonly page: Page } | undefined;

afterEach(async (context) => {
  if (kept === undefined) return;
  if ((context as unknown as Over).passed) await restPage(kept);
  else await forget();
});

/** In the dark theme, on a desktop; in it, `visit` and `turnTo` lead on from a page that there is not. Nobody closes it. */
export async function keptPage(recorder: Recorder): Promise<Page> {
  if (kept?.recorder === recorder && !kept.page.isClosed()) return kept.page;
  await forget();
  const context = await openContext(await openBrowser(), recorder, { theme: "dark" });
  const page = await context.newPage();
  await page.goto(`${recorder.url}/nowhere`);
  kept = { recorder, page };
  return page;
}

async function forget(): Promise<void> {
  const page = kept?.page;
  kept = undefined;
  await page?.context().close();
}

/** Without pictures that move, and as large as it was. */
async function restPage({ recorder, page }: { recorder: Recorder; page: Page }): Promise<void> {
  await page.setViewportSize(DESKTOP);
  await turnTo(page, recorder, "nowhere");
}
