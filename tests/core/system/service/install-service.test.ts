import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  installService,
  serviceStatus,
  uninstallService,
} from "../../../../core/system/service/install-service.ts";
import type { UnitOptions } from "../../../../core/system/service/systemd-unit.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const skip = process.platform === "linux" ? false : "systemd is on Linux only";

const UNIT: UnitOptions = {
  scope: "system",
  node: process.execPath,
  entry: "/opt/nightjar/core/main.ts",
  programFolder: "/opt/nightjar",
  dataDir: "/srv/my videos",
  volumes: [],
  pluginPaths: [],
};

describe("a service that is written into a folder", { skip }, () => {
  it("is one file, readable by all, with the rest left to type", async () => {
    using dir = tempDir();
    const result = await installService({
      scope: "system",
      unitDir: dir.join("new/folder"),
      unit: UNIT,
      force: false,
      start: true,
    });
    assert.equal(result.unitFile, dir.join("new/folder/nightjar.service"));
    assert.equal(statSync(result.unitFile).mode & 0o777, 0o644);
    assert.deepEqual([result.started, result.userCreated], [false, false]);
    assert.match(result.next[0] ?? "", /^useradd --system .* nightjar$/);
    assert.equal(result.next[1], "install -d -m 0700 -o nightjar -g nightjar '/srv/my videos'");
    assert.deepEqual(result.next.slice(2), [
      `systemctl link ${result.unitFile}`,
      "systemctl enable --now nightjar",
    ]);
    assert.equal(existsSync(UNIT.dataDir), false);
  });

  it("is written anew over its own earlier self", async () => {
    using dir = tempDir();
    const place = { scope: "system", unitDir: dir.path } as const;
    await installService({ ...place, unit: UNIT, force: false, start: false });
    const unit = { ...UNIT, dataDir: "/srv/other" };
    const { unitFile } = await installService({ ...place, unit, force: false, start: false });
    assert.match(readFileSync(unitFile, "utf8"), /--data \/srv\/other/);
    assert.deepEqual(await serviceStatus(place), {
      unitFile,
      unit: "nightjar",
      dataDir: "/srv/other",
      systemd: existsSync("/run/systemd/system"),
    });
  });

  it("is never written over somebody's own unit, nor removed in its place, unless forced", async () => {
    using dir = tempDir();
    const place = { scope: "system", unitDir: dir.path } as const;
    const own = "[Service]\nExecStart=/usr/local/bin/my-recorder\n";
    writeFileSync(dir.join("nightjar.service"), own);
    const refused = { code: "NJ_SERVICE_FOREIGN_UNIT" };
    await assert.rejects(installService({ ...place, unit: UNIT, force: false, start: false }), refused);
    await assert.rejects(uninstallService({ ...place, force: false }), refused);
    assert.equal(readFileSync(dir.join("nightjar.service"), "utf8"), own);
    assert.equal((await serviceStatus(place)).unit, "foreign");
    await installService({ ...place, unit: UNIT, force: true, start: false });
    assert.equal((await serviceStatus(place)).unit, "nightjar");
  });

  it("leaves a masked unit masked", async () => {
    using dir = tempDir();
    symlinkSync("/dev/null", dir.join("nightjar.service"));
    await assert.rejects(
      installService({ scope: "system", unitDir: dir.path, unit: UNIT, force: false, start: false }),
      { code: "NJ_SERVICE_FOREIGN_UNIT" },
    );
  });

  it("goes without its recordings", async () => {
    using dir = tempDir();
    const dataDir = dir.join("data");
    writeFileSync(dataDir, "");
    const place = { scope: "system", unitDir: dir.path } as const;
    await installService({ ...place, unit: { ...UNIT, dataDir }, force: false, start: false });
    assert.deepEqual(await uninstallService({ ...place, force: false }), {
      unitFile: dir.join("nightjar.service"),
      stopped: false,
      dataDir,
    });
    assert.equal(existsSync(dir.join("nightjar.service")), false);
    assert.equal(existsSync(dataDir), true);
    await assert.rejects(uninstallService({ ...place, force: false }), { code: "NJ_SERVICE_NOT_INSTALLED" });
  });

  it("says which file could not be written", async () => {
    using dir = tempDir();
    writeFileSync(dir.join("file"), "");
    await assert.rejects(
      installService({ scope: "user", unitDir: dir.join("file"), unit: UNIT, force: false, start: false }),
      { code: "NJ_SERVICE_UNIT_FILE", message: /nightjar\.service cannot be written/ },
    );
  });
});
