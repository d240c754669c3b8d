import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { CapturedPictures } from "../../../core/linkage/captured-pictures.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

describe("pictures kept with events", () => {
  it("are found by event and number, also after a restart, and by no other event", async () => {
    using dir = tempDir();
    const pictures = new CapturedPictures(dir.join("captures"));
    await pictures.open();
    const { file } = await pictures.keep(7, "yard", 1_000, Buffer.from("a picture"));
    const again = new CapturedPictures(dir.join("captures"));
    await again.open();
    assert.equal((await again.find(7, file))?.jpeg.toString(), "a picture");
    assert.equal((await again.find(7, file))?.camera, "yard");
    assert.equal(await again.find(8, file), undefined);
    const next = await again.keep(8, "gate", 2_000, Buffer.from("another"));
    assert.ok(next.file > file, "numbers are not used twice");
  });

  it("stay within their bounds: the oldest go first", async () => {
    using dir = tempDir();
    const pictures = new CapturedPictures(dir.join("captures"), { bytes: 100, files: 10 });
    await pictures.open();
    for (let event = 1; event <= 20; event += 1) await pictures.keep(event, "yard", event, Buffer.alloc(30));
    assert.equal(readdirSync(dir.join("captures")).length, 3);
    assert.equal(await pictures.find(17, 17), undefined);
    assert.equal((await pictures.find(20, 20))?.jpeg.length, 30);
  });
});
