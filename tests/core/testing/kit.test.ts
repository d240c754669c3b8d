import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

describe("tempDir", () => {
  it("makes a folder that is gone, with what is in it, at the end of the block", () => {
    let path = "";
    {
      using dir = tempDir();
      path = dir.path;
      writeFileSync(dir.join("file.txt"), "text");
      assert.ok(existsSync(dir.join("file.txt")));
    }
    assert.equal(existsSync(path), false);
  });

  it("makes a new folder each time", () => {
    using one = tempDir();
    using other = tempDir();
    assert.notEqual(one.path, other.path);
  });
});

describe("waitFor", () => {
  it("gives the first value that is there", async () => {
    let calls = 0;
    const value = await waitFor(async () => {
      calls += 1;
      return calls < 3 ? undefined : "here";
    });
    assert.equal(value, "here");
  });

  it("takes zero and the empty string for values", async () => {
    assert.equal(await waitFor(() => 0), 0);
    assert.equal(await waitFor(() => ""), "");
  });

  it("gives up at its deadline and says what it waited for", async () => {
    await assert.rejects(
      waitFor(() => false, { deadlineMs: 20, what: "the moon" }),
      { code: "NJ_TEST_DEADLINE", message: /waited \d+ ms for the moon/ },
    );
  });

  it("passes on what the predicate throws", async () => {
    await assert.rejects(
      waitFor(() => {
        throw new RangeError("no");
      }),
      RangeError,
    );
  });
});
