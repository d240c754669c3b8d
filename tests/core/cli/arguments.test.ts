import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../../core/cli/arguments.ts";

describe("the command line", () => {
  it("takes the data directory from --data before NIGHTJAR_DATA", () => {
    assert.equal(parseCommandLine(["start", "--data", "/a"], { NIGHTJAR_DATA: "/b" }).dataDir, "/a");
    assert.equal(parseCommandLine(["start"], { NIGHTJAR_DATA: "/b" }).dataDir, "/b");
  });

  it("uses ./data in a checkout and knows that it does", () => {
    const line = parseCommandLine(["start"], {});
    assert.match(line.dataDir, /\/data$/);
    assert.equal(line.dataInCheckout, true);
    assert.equal(parseCommandLine(["start", "--data", "/a"], {}).dataInCheckout, false);
  });

  it("makes a relative data directory absolute", () => {
    assert.match(parseCommandLine(["status", "--data", "x"], {}).dataDir, /^\/.*\/x$/);
  });

  it("refuses an option that it does not know, by name", () => {
    assert.throws(() => parseCommandLine(["start", "--prot", "1"], {}), {
      code: "NJ_CLI_USAGE",
      message: /--prot/,
    });
  });

  it("refuses an option that lacks its value", () => {
    assert.throws(() => parseCommandLine(["start", "--data"], {}), { code: "NJ_CLI_USAGE" });
  });

  it("never takes a password as an argument", () => {
    assert.throws(() => parseCommandLine(["user", "create", "a", "--password", "x"], {}), {
      code: "NJ_CLI_USAGE",
    });
  });
});
