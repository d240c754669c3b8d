// The page of tills in a real browser: a till is set up there, what it writes stands beside the picture of its moment, and is
// found by its words and amount.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { before, describe, it } from "node:test";
import { DESKTOP, PHONE, screenshot, skipBrowserTests, until, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of tills", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;

  before(async () => {
    recorder = await sharedRecorder();
  });

  it("sets a till up, shows its receipts beside the pictures, and finds them", async () => {
    const page = await keptPage(recorder);
    await visit(page, recorder, "tills");
    await page.getByText("No receipts yet").waitFor();
    await page.locator(".empty").getByRole("button", { name: "Set up tills" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add a till" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Counter");
    await dialog.getByLabel("Listen on").fill("127.0.0.1");
    const port = await freePort();
    await dialog.getByLabel("Port").fill(String(port));
    await dialog.locator(".till-cameras input").first().check();
    // What the parser does not take is told at once, and nothing is lost of what was typed.
    await dialog.getByLabel("First line").fill("^(ACME");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("NJ_TILL_PARSER").waitFor();
    await dialog.getByLabel("First line").fill("^ACME");
    // Closed by mistake, and the page loaded again: what was typed is there.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.reload();
    await page.locator(".head").getByRole("button", { name: "Set up tills" }).click();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Counter");
    assert.equal(await dialog.getByLabel("First line").inputValue(), "^ACME");
    await dialog.getByLabel("Last line").fill("^THANK YOU");
    await dialog.getByLabel("Total").fill("^TOTAL\\s+([\\d.]+)");
    await screenshot(page, "till-dialog");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });

    await until("a recording", async () => {
      const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
      const at = new Date(Date.now() - 5_000).toISOString();
      const address = `${recorder.url}/api/v1/cameras/${cameras[0]?.id}/snapshot.jpg?width=160&at=${at}`;
      return (
        (await fetch(address, { headers: { authorization: `Bearer ${recorder.token}` } })).status === 200
      );
    });
    const till = connect(port, "127.0.0.1");
    await once(till, "connect");
    till.write("ACME MARKET\n2 DIET-COKE      3.00\nTOTAL           3.00\nTHANK YOU\n");
    till.write(
      "ACME MARKET\n1 GREEN TEA      2.20\n1 CAKE           4.10\nTOTAL           6.30\nTHANK YOU\n",
    );
    const rows = page.locator(".receipt-table tr");
    await page.getByText("3.00", { exact: true }).waitFor();
    assert.equal(await rows.count(), 2);

    await page.getByPlaceholder("Words on the receipt").fill("coke");
    await until("one receipt", async () => (await rows.count()) === 1);
    await rows.first().getByRole("button").click();
    const panel = page.getByRole("region", { name: "Receipt" });
    await panel.getByText("2 DIET-COKE 3.00").waitFor();
    assert.equal(await panel.locator(".found").count(), 1);
    await panel.locator(".receipt-thumb img").waitFor({ timeout: 30_000 });
    for (const [name, size] of [
      ["desktop", DESKTOP],
      ["phone", PHONE],
    ] as const) {
      await page.setViewportSize(size);
      for (const theme of ["dark", "light"]) {
        await page.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
        await screenshot(page, `tills-${name}-${theme}`);
      }
    }
    await page.setViewportSize(DESKTOP);
    const link = await panel.locator(".receipt-picture").getAttribute("href");
    assert.match(link ?? "", /playback\?camera=.+&t=/);
    // The receipt and the filter are the address.
    await page.reload();
    await page.getByRole("region", { name: "Receipt" }).getByText("2 DIET-COKE 3.00").waitFor();

    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByPlaceholder("From amount").fill("5");
    // Until the list is made anew the cheaper one may stand there alone.
    await until("the dearer one alone", async () => {
      const texts = await rows.allTextContents();
      return texts.length === 1 && texts[0]?.includes("6.30") === true;
    });
    await page.setViewportSize(PHONE);
    await screenshot(page, "tills-phone-list");
    till.destroy();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
