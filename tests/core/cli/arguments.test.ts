import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPTIONS, parseCommandLine, userDataFolder } from "../../../core/cli/arguments.ts";
import { COMMAND_HELP, helpOf } from "../../../core/cli/command-help.ts";
import { nearestWord } from "../../../core/cli/nearest-word.ts";

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

  it("keeps an installed one's data where XDG_DATA_HOME says, else below .local/share", () => {
    for (const [named, folder] of [
      ["/srv/data", "/srv/data/nightjar"],
      [undefined, "/home/kim/.local/share/nightjar"],
      ["", "/home/kim/.local/share/nightjar"],
      ["data", "/home/kim/.local/share/nightjar"],
    ] as const)
      assert.equal(userDataFolder({ XDG_DATA_HOME: named }, "/home/kim"), folder);
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

describe("words that were mistyped", () => {
  it("are told with the option that was meant", () => {
    assert.throws(() => parseCommandLine(["fsck", "--reapir"], {}), {
      code: "NJ_CLI_USAGE",
      message: /Unknown option '--reapir'\. Did you mean --repair\?/,
    });
    assert.throws(() => parseCommandLine(["start", "--quux-frob"], {}), { message: /^(?!.*Did you mean)/ });
  });

  it("are near when letters are exchanged, left out, added or wrong, and not when all are", () => {
    const known = ["status", "start", "camera", "fsck"];
    for (const [word, meant] of [
      ["stauts", "status"],
      ["strt", "start"],
      ["cameras", "camera"],
      ["fcsk", "fsck"],
    ] as const) {
      assert.equal(nearestWord(word, known), meant);
    }
    assert.equal(nearestWord("xylophone", known), undefined);
    assert.equal(nearestWord("", known), undefined);
  });
});

describe("nightjar COMMAND --help", () => {
  it("names only options that there are, and shows usage and examples of every command", () => {
    for (const name of Object.keys(COMMAND_HELP)) {
      const page = helpOf(name) ?? "";
      assert.match(page, /^Usage:\n {2}nightjar /m, name);
      assert.match(page, /^Examples:\n {2}\S/m, name);
      assert.match(page, /^Exit codes: 0 done/m, name);
      for (const [, option = ""] of page.matchAll(/ --([a-z-]+)/g))
        assert.ok(Object.hasOwn(OPTIONS, option), option);
    }
  });

  it("has every option of every command on some page", () => {
    const named = new Set<string>(Object.values(COMMAND_HELP).flatMap(({ options }) => options));
    const everywhere = ["help", "version"];
    assert.deepEqual(
      Object.keys(OPTIONS).filter((option) => !named.has(option) && !everywhere.includes(option)),
      [],
    );
  });
});
