// `nightjar service` as people type it: the unit on standard output, in a folder, looked at, taken away.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { PROGRAM } from "../support/program.ts";

describe("nightjar service", () => {
  it("prints a unit that runs this very program", async () => {
    const { code, out } = await nightjar("/srv/my videos", ["service", "print", "--log-level", "info"]);
    assert.equal(code, 0);
    assert.match(out, /^# Written by `nightjar service`/);
    assert.ok(out.includes(`${PROGRAM} start --data "/srv/my videos" --log-level info\n`), out);
    assert.match(out, /^ReadWritePaths="\/srv\/my videos"$/m);
  });

  it("opens the volumes of config.json and of the command line", async () => {
    using dir = tempDir();
    const storage = { volumes: [{ path: "volumes/default" }, { path: "/mnt/disk2" }] };
    const config = { version: 1, node: { id: "n", name: "N" }, timeZone: "UTC", storage };
    writeFileSync(dir.join("config.json"), JSON.stringify(config));
    const { out, err } = await nightjar(dir.path, ["service", "print", "--volume", "/mnt/disk3", "--json"]);
    const { unit } = JSON.parse(out) as { unit: string };
    assert.match(unit, /^ReadWritePaths=-\/mnt\/disk3\nReadWritePaths=-\/mnt\/disk2$/m, err);
    assert.equal(existsSync(dir.join("config.schema.json")), false, "it only looks");
    // Volumes that were left out for a slip of the pen would not be recorded to.
    writeFileSync(dir.join("config.json"), '{ "storage": { "volumes": [] ');
    const refused = await nightjar(dir.path, ["service", "print"]);
    assert.deepEqual([refused.code, refused.out], [1, ""]);
    assert.match(refused.err, /NJ_CONFIG/);
  });

  it("installs into a folder, shows it, and takes it away", async () => {
    using dir = tempDir();
    const data = dir.join("data");
    mkdirSync(data);
    const there = ["--unit-dir", dir.join("units")];
    const file = dir.join("units/nightjar.service");

    const installed = await nightjar(data, ["service", "install", "--no-start", ...there]);
    assert.equal(installed.code, 0, installed.err);
    assert.match(installed.out, new RegExp(`^Wrote ${file}\n`));
    assert.match(installed.out, /Next:\n {2}useradd [\s\S]*systemctl enable --now nightjar/);
    assert.equal(readFileSync(file, "utf8"), (await nightjar(data, ["service", "print"])).out);

    // Written, and not running: scripts see that from the exit code.
    const status = await nightjar(data, ["service", "status", "--json", ...there]);
    assert.equal(status.code, 3);
    assert.deepEqual(
      { ...(JSON.parse(status.out) as object), systemd: undefined },
      { unitFile: file, unit: "nightjar", dataDir: data, systemd: undefined },
    );

    const removed = await nightjar(data, ["service", "uninstall", "--json", ...there]);
    assert.deepEqual(JSON.parse(removed.out), { unitFile: file, stopped: false, dataDir: data });
    assert.equal(existsSync(file), false);
    assert.equal(existsSync(data), true);
    assert.match((await nightjar(data, ["service", "uninstall", ...there])).err, /NJ_SERVICE_NOT_INSTALLED/);
  });

  it("installs one's own service without asking for root", async () => {
    using dir = tempDir();
    const args = ["service", "install", "--user", "--no-start", "--json", "--unit-dir", dir.path];
    const { code, out } = await nightjar(dir.join("data"), args);
    assert.equal(code, 0);
    const { next } = JSON.parse(out) as { next: string[] };
    assert.deepEqual(next, [
      `systemctl --user link ${dir.join("nightjar.service")}`,
      "systemctl --user enable --now nightjar",
      "loginctl enable-linger",
    ]);
    assert.match(readFileSync(dir.join("nightjar.service"), "utf8"), /WantedBy=default\.target/);
  });

  it("refuses somebody's own unit and unknown words, each with its exit code", async () => {
    using dir = tempDir();
    writeFileSync(dir.join("nightjar.service"), "[Service]\n");
    const refused = await nightjar(dir.path, ["service", "install", "--unit-dir", dir.path]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /NJ_SERVICE_FOREIGN_UNIT/);
    for (const args of [["service"], ["service", "fly"], ["service", "print", "more"]]) {
      assert.equal((await nightjar(dir.path, args)).code, 2, args.join(" "));
    }
  });
});
