// One Chromium for all browser tests of a process: files that follow each other (`scripts/test-runs/suites.ts`) do not each start
// their own. What a file opened is closed with what it calls its browser.
import { after, afterEach } from "node:test";
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from "playwright-core";

let shared: Promise<Browser> | undefined;
/** Characters of a page that are told where a test failed. */
const TOLD = 600;

// Elsewhere, in the programs that take pictures, each closes its own.
const isInTest = process.env["NODE_TEST_CONTEXT"] !== undefined;
// At the top of a process's tests: when the last file is over.
if (isInTest) after(async () => await (await shared)?.close());
if (isInTest) afterEach(tellPages);

/** What hooks get of a test that is over; Node's types do not know all of it. */
export interface Over {
  readonly passed: boolean;
  diagnostic(text: string): void;
}

/** What stood on the pages when a test failed: what was waited for is in its error, and why it did not come is on the page. */
async function tellPages(context: unknown): Promise<void> {
  const test = context as Over;
  if (test.passed) return;
  const pages = (await shared)?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const page of pages) {
    const text: unknown = await page
      .evaluate("document.body.innerText")
      .catch((error: unknown) => `cannot be asked: ${String(error)}`);
    test.diagnostic(`${page.url()}: ${String(text).replaceAll(/\s+/g, " ").slice(0, TOLD)}`);
  }
}

/** A browser, as far as its user can tell; closing it closes the contexts that were made through it. The last test ends Chromium. */
export async function launchShared(options: LaunchOptions): Promise<Browser> {
  if (!isInTest) return chromium.launch(options);
  // One that has ended serves nobody: the next file is not to suffer for it.
  if ((await shared)?.isConnected() === false) shared = undefined;
  shared ??= chromium.launch(options);
  const browser = await shared;
  const own = new Set<BrowserContext>();
  const newContext: Browser["newContext"] = async (wanted) => {
    const context = await browser.newContext(wanted);
    own.add(context);
    context.on("close", () => own.delete(context));
    return context;
  };
  const close: Browser["close"] = async () => {
    await Promise.all([...own].map((context) => context.close()));
  };
  return new Proxy(browser, {
    get(target, key) {
      if (key === "newContext") return newContext;
      if (key === "close") return close;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
