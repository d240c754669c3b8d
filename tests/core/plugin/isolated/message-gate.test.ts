import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Log, LogFields } from "../../../../core/log.ts";
import {
  BYTES_PER_SECOND,
  MESSAGES_PER_SECOND,
  MessageGate,
} from "../../../../core/plugin/isolated/message-gate.ts";
import { pluginLog } from "../../../../core/plugin/isolated/plugin-log.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

describe("what a plugin's process may send", () => {
  it("is plenty in every second, for ever", () => {
    const gate = new MessageGate();
    for (let second = 0; second < 100; second += 1) {
      assert.equal(gate.take(second * 1_000, MESSAGES_PER_SECOND, BYTES_PER_SECOND), undefined);
    }
  });
  it("is not more than so many messages, or bytes, in one", () => {
    const gate = new MessageGate();
    assert.equal(gate.take(0, MESSAGES_PER_SECOND, 0), undefined);
    assert.match(gate.take(999, 1, 0) ?? "", /more than 2000 messages in a second/);
    assert.match(new MessageGate().take(0, 1, BYTES_PER_SECOND + 1) ?? "", /more than 32 MB in a second/);
  });
});

describe("what a plugin's process may log", () => {
  function logged() {
    const lines: { level: string; message: string; fields: LogFields }[] = [];
    const at =
      (level: string) =>
      (message: string, fields: LogFields = {}) => {
        lines.push({ level, message, fields });
      };
    const log: Log = {
      debug: at("debug"),
      info: at("info"),
      notice: at("notice"),
      warn: at("warn"),
      error: at("error"),
      child: () => log,
    };
    const clock = new FakeClock();
    return { lines, clock, write: pluginLog(log, clock).line };
  }

  it("is so many lines a second, and what was dropped is told", () => {
    const { lines, clock, write } = logged();
    for (let line = 0; line < 1_000; line += 1) write("error", `line ${line}`, {});
    assert.equal(lines.length, 50);
    clock.advance(1_000);
    write("info", "again", undefined);
    assert.deepEqual(lines.slice(50), [
      { level: "warn", message: "a plugin logs too much", fields: { dropped: 950 } },
      { level: "info", message: "again", fields: {} },
    ]);
  });
  it("is bounded in length, and never in another's name", () => {
    const { lines, write } = logged();
    write("warn", "x".repeat(100_000), { plugin: "somebody-else", level: "error", camera: "yard" });
    write("warn", "fields", { all: "x".repeat(100_000) });
    assert.equal(lines[0]?.message.length, 2_000);
    assert.deepEqual(lines[0]?.fields, { camera: "yard" });
    assert.deepEqual(lines[1]?.fields, { fields: "too long to be logged" });
  });
  it("is nothing at a level that there is not", () => {
    const { lines, write } = logged();
    for (const level of ["fatal", "child", "constructor", 7, undefined]) write(level, "x", {});
    assert.deepEqual(lines, []);
  });
});
