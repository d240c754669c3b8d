import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseUnitState, systemctlArgs } from "../../../../core/system/service/systemd-manager.ts";

describe("what systemd says of the service", () => {
  it("is read from `systemctl show`", () => {
    const out = "MainPID=812\nResult=success\nNRestarts=2\nActiveState=active\nUnitFileState=enabled\n";
    assert.deepEqual(parseUnitState(out), {
      active: "active",
      enabled: "enabled",
      result: "success",
      restarts: 2,
      pid: 812,
    });
  });

  it("has no process and no unit file before it is installed", () => {
    const out = "MainPID=0\nResult=success\nNRestarts=0\nActiveState=inactive\nUnitFileState=\n";
    assert.deepEqual(parseUnitState(out), { active: "inactive", result: "success", restarts: 0 });
  });

  it("is asked of the right manager", () => {
    assert.deepEqual(systemctlArgs("system", ["daemon-reload"]), ["daemon-reload"]);
    assert.deepEqual(systemctlArgs("user", ["daemon-reload"]), ["--user", "daemon-reload"]);
  });
});
