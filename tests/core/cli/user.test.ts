// `nightjar user`: words that contradict each other are refused before anything is read or asked.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../../core/cli/arguments.ts";
import { user } from "../../../core/cli/user.ts";

describe("nightjar user", () => {
  it("refuses cameras of an administrator, who sees all", async () => {
    const words = ["user", "create", "--admin", "ann", "--cameras", "yard", "--data", "/nonexistent"];
    await assert.rejects(async () => user(parseCommandLine(words, {})), {
      code: "NJ_CLI_USAGE",
      message: /--admin and --cameras exclude each other/,
    });
  });
});
