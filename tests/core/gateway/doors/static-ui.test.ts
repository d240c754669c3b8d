// The pages below a path that somebody sets, changes and takes away.
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { StaticUi } from "../../../../core/gateway/doors/static-ui.ts";
import { silentLog } from "../../../../core/log.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

describe("the pages of the recorder", () => {
  it("name the path below which they are asked for, from the moment that it is another or none", async (t) => {
    using folder = tempDir();
    writeFileSync(folder.join("index.html"), "<html><head><title>N</title></head></html>");
    const ui = new StaticUi(folder.path, silentLog);
    let basePath = "";
    const server = createServer((request, response) => void ui.serve(request, response, "/live", basePath));
    t.after(() => server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
    const base = async () => /<base href="([^"]*)">/.exec(await (await fetch(url)).text())?.[1];
    for (const [path, expected] of [
      ["/nvr", "/nvr/"],
      ["", "/"],
      ["/house/nvr", "/house/nvr/"],
      ["/nvr", "/nvr/"],
    ] as const) {
      basePath = path;
      assert.equal(await base(), expected);
    }
    // Also while the pages of another path are being made.
    basePath = "/house";
    const before = base();
    await once(server, "request");
    basePath = "";
    const after = base();
    assert.equal(await after, "/");
    await before;
  });
});
