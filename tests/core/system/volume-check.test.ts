// A look at a folder that has not come back is not begun once more: on a disk that hangs each would hold a thread.
import assert from "node:assert/strict";
import { it } from "node:test";
import { checkVolume } from "../../../core/system/volume-check.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

it("whoever asks for a folder that is being looked at is told what that look finds", async () => {
  using dir = tempDir();
  using other = tempDir();
  const [first, second, elsewhere] = await Promise.all([
    checkVolume(dir.path),
    checkVolume(dir.path),
    checkVolume(other.path),
  ]);
  assert.equal(first.writable, true);
  assert.equal(second, first, "one look for both");
  assert.notEqual(elsewhere, first);
  assert.notEqual(await checkVolume(dir.path), first, "it is over: the next one looks anew");
});
