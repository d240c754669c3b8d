// Takes the README's pictures from a real recorder with its demo camera: `node scripts/take-pictures.ts`.
// Wants Chromium and a built interface; writes docs/pictures/*.png.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { tempDir } from "../core/testing/temp-dir.ts";
import { waitFor } from "../core/testing/wait-for.ts";

const root = resolve(import.meta.dirname, "..");
const pictures = join(root, "docs/pictures");
const PASSWORD = "a passphrase for pictures";
mkdirSync(pictures, { recursive: true });

using folder = tempDir("nightjar-pictures-");
const recorder = spawn(
  process.execPath,
  [join(root, "core/main.ts"), "start", "--json", "--data", folder.join("data")],
  {
    stdio: ["ignore", "pipe", "ignore"],
  },
);
let output = "";
recorder.stdout.on("data", (chunk: Buffer) => {
  output += chunk.toString();
});
try {
  const ready = await waitFor(
    () => {
      try {
        return JSON.parse(output) as { urls: string[]; activationCode: string };
      } catch {
        return undefined;
      }
    },
    { deadlineMs: 30_000 },
  );
  const url = ready.urls[0] ?? "";
  const activation = await fetch(`${url}/api/v1/activate`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: ready.activationCode, username: "anna", password: PASSWORD }),
  });
  const { token } = (await activation.json()) as { token: string };
  const authorization = `Bearer ${token}`;
  await fetch(`${url}/api/v1/settings`, {
    method: "PATCH",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ firstRun: { wizardDone: true } }),
  });
  // Four demo cameras at four times of their day make a better wall than one.
  for (const [name, shiftSeconds] of [
    ["Gate", 18],
    ["Street", 34],
    ["Garden", 50],
  ] as const) {
    await fetch(`${url}/api/v1/cameras`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({
        name,
        driver: "demo",
        config: { shiftSeconds },
        record: { mode: "continuous" },
      }),
    });
  }
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.fill("input[autocomplete=username]", "anna");
  await page.fill("input[type=password]", PASSWORD);
  await page.keyboard.press("Enter");
  // A minute of footage gives the timeline something to show.
  await page.waitForTimeout(75_000);
  await page.screenshot({ path: join(pictures, "live.png") });
  await page.goto(`${url}/playback?t=${new Date(Date.now() - 40_000).toISOString()}`);
  await page.waitForTimeout(5_000);
  await page.screenshot({ path: join(pictures, "playback.png") });
  await page.goto(`${url}/cameras`);
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: join(pictures, "cameras.png") });
  await page.goto(`${url}/plugins`);
  await page.getByRole("article").first().waitFor();
  await page.screenshot({ path: join(pictures, "plugins.png") });
  await browser.close();
} finally {
  recorder.kill("SIGTERM");
  await once(recorder, "exit");
}
