// The page of the certificate in a browser: what it tells, the steps of the own system, an own certificate taken and
// refused; pictures of it for people to look at.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import type { Browser, Page } from "playwright-core";
import { generate } from "selfsigned";
import {
  DESKTOP,
  inBothThemes,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  speak,
  until,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

async function ownPair() {
  return await generate([{ name: "commonName", value: "nvr.example" }], {
    keyType: "rsa",
    keySize: 2048,
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "nvr.example" }] }],
  });
}

/** Fingerprint of what the recorder shows to whoever connects. */
function servedFingerprint(secureUrl: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(`${secureUrl}/ca.crt`, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve((response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? "");
    });
    request.on("error", reject);
  });
}

describe("the page of the certificate", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let folder: string;
  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder, { theme: "dark", touch: true })).newPage();
    folder = await mkdtemp(join(tmpdir(), "nj-own-pair-"));
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("shows fingerprints to compare and the steps of the own system, on all screens", async () => {
    for (const [name, viewport] of [
      ["certificate", DESKTOP],
      ["certificate-phone", PHONE],
    ] as const) {
      await page.setViewportSize(viewport);
      await visit(page, recorder, "system");
      await page.getByRole("link", { name: "Certificate and how devices trust it" }).click();
      await page.getByText("Root of its authority").waitFor();
      const shown = await page.locator(".fingerprint code").allTextContents();
      assert.equal(shown.length, 2);
      assert.equal(shown[0], await servedFingerprint(recorder.secureUrl));
      assert.equal(await page.locator("details[open]").count(), 1);
      await page.getByText("Manage certificates", { exact: false }).first().waitFor();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(Number(overflow) <= 0, `${name} is ${String(overflow)} px too wide`);
      await inBothThemes(page, name);
      await page.locator(".page").evaluate((element) => {
        const box = element as unknown as { scrollTo(x: number, y: number): void; scrollHeight: number };
        box.scrollTo(0, box.scrollHeight);
      });
      await inBothThemes(page, `${name}-end`);
    }
  });

  it("speaks every language without overflowing, on a phone too", async () => {
    await page.setViewportSize(PHONE);
    await visit(page, recorder, "system/certificate");
    for (const [language, word] of [
      ["de", "Stammzertifikat herunterladen"],
      ["es", "Descargar el certificado raíz"],
      ["zh", "下载根证书"],
    ] as const) {
      await speak(page, language);
      await page.getByRole("link", { name: word }).waitFor();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(Number(overflow) <= 0, `${language} is ${String(overflow)} px too wide`);
      await screenshot(page, `certificate-phone-${language}`);
    }
    await speak(page, "en");
  });

  it("refuses a wrong pair with the reason, takes a right one at once, and gives it up again", async () => {
    const [own, other] = [await ownPair(), await ownPair()];
    await writeFile(join(folder, "own.pem"), own.cert);
    await writeFile(join(folder, "own.key"), own.private);
    await writeFile(join(folder, "other.key"), other.private);
    const before = await servedFingerprint(recorder.secureUrl);
    await page.setViewportSize(DESKTOP);
    await visit(page, recorder, "system/certificate");
    const [certificate, key] = [
      page.locator('input[type=file][aria-label^="Certificate"]'),
      page.locator('input[type=file][aria-label^="Private key"]'),
    ];
    await certificate.setInputFiles(join(folder, "own.pem"));
    await key.setInputFiles(join(folder, "other.key"));
    await page.getByRole("button", { name: "Check and use" }).click();
    await page.getByText("the key does not belong to it", { exact: false }).waitFor();
    await screenshot(page, "certificate-refused");
    assert.equal(await servedFingerprint(recorder.secureUrl), before);
    await key.setInputFiles(join(folder, "own.key"));
    await page.getByRole("button", { name: "Check and use" }).click();
    await page.getByText("Your own certificate is used for HTTPS.").waitFor();
    await screenshot(page, "certificate-own");
    const shown = await page.locator(".fingerprint code").first().textContent();
    await until("it is served", async () => (await servedFingerprint(recorder.secureUrl)) === shown);
    await page.getByRole("button", { name: "Take the own certificate away" }).click();
    const sure = page.getByRole("dialog").getByRole("button", { name: "Take the own certificate away" });
    assert.equal(await sure.isDisabled(), true, "its key is gone for good");
    await page.getByLabel("Type “delete” to confirm").fill("delete");
    await sure.click();
    await until(
      "the recorder's own again",
      async () => (await servedFingerprint(recorder.secureUrl)) === before,
    );
  });
});
