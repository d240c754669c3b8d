import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "../../../../core/log.ts";
import { namedLog } from "../../../../core/plugin/host/named-log.ts";

describe("the log of a plugin", () => {
  it("bears its name on every line, whatever the plugin gives it", () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog({
      level: "debug",
      fields: { process: "core" },
      destination: { write: (text: string) => lines.push(JSON.parse(text)) },
    });
    const own = namedLog(log, "nightjar-camera-acme");
    const lie = {
      plugin: "nightjar-camera-other",
      process: "gateway",
      level: "error",
      time: "x",
      message: "y",
    };
    own.info("one", { ...lie, host: "h" });
    own.child(lie).warn("two", lie);
    own.notice("three", "no fields" as never);
    own.error("four", null as never);
    for (const line of lines) {
      assert.equal(line["plugin"], "nightjar-camera-acme");
      assert.equal(line["process"], "core");
      assert.ok(!Number.isNaN(Date.parse(String(line["time"]))));
    }
    assert.deepEqual(
      lines.map(({ level, message }) => `${level} ${message}`),
      ["info one", "warn two", "notice three", "error four"],
    );
    assert.equal(lines[0]?.["host"], "h");
    assert.equal(lines[0]?.["plugin_"], "nightjar-camera-other");
  });
});
