import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unitCommand, unitWord } from "../../../../core/system/service/unit-words.ts";

describe("words of a systemd unit", () => {
  for (const [path, word] of [
    ["/var/lib/nightjar", "/var/lib/nightjar"],
    ["/srv/my videos", '"/srv/my videos"'],
    ["/srv/100%", "/srv/100%%"],
    ["/srv/%h and %n", '"/srv/%%h and %%n"'],
    ["/srv/a:b", '"/srv/a:b"'],
    ["/srv/a;b#c", '"/srv/a;b#c"'],
    ["/srv/Straße", '"/srv/Straße"'],
    ['/srv/"quoted"', '"/srv/\\"quoted\\""'],
    ["/srv/back\\slash", '"/srv/back\\\\slash"'],
    ["/srv/it's", '"/srv/it\'s"'],
    ["/srv/$HOME", '"/srv/$HOME"'],
  ] as const) {
    it(`names ${path} so that systemd reads it back`, () => assert.equal(unitWord(path), word));
  }

  for (const path of ["/srv/a\nExecStartPre=/bin/evil", "/srv/a\u0000b", "/srv/tab\there", ""]) {
    it(`refuses ${JSON.stringify(path)}, which no line can hold`, () => {
      assert.throws(() => unitWord(path), { code: "NJ_SERVICE_PATH" });
    });
  }

  it("keeps dollar signs of a command from being taken for variables", () => {
    assert.equal(
      unitCommand("/opt/my node/bin/node", ["start", "--data", "/srv/$HOME"]),
      ':"/opt/my node/bin/node" start --data "/srv/$HOME"',
    );
  });

  it("refuses a program that systemd would not run however it is written", () => {
    for (const program of ['/opt/a"b/node', "/opt/a'b/node", "/opt/a\\b/node"]) {
      assert.throws(() => unitCommand(program, []), { code: "NJ_SERVICE_PATH" });
    }
  });
});
