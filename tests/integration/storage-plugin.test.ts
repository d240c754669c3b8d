// A whole recorder with a stranger's storage plugin that has the volume's folder mounted: recordings go to the mount and never
// to the disk below, whatever becomes of mount and plugin, and a volume without a driver does not notice.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { RecorderRig } from "../support/recorder-rig.ts";
import {
  cannotMount,
  type Mounter,
  mounter,
  STORAGE_PLUGIN,
  STORAGE_SOURCE,
  writeStoragePlugin,
} from "../support/storage-plugin.ts";

const dir = tempDir("nightjar-storage-");
const skip = cannotMount(dir.join("probe"));

describe("a recorder with a storage plugin", { timeout: 170_000, skip }, () => {
  const share = dir.join("share");
  const disk = dir.join("disk");
  const below = dir.join("below");
  const plain = dir.join("plain");
  let host: Mounter;
  let rig: RecorderRig;

  before(async () => {
    for (const folder of [share, disk, plain, below]) mkdirSync(folder);
    // The folder once more, from a place that no mount on it covers.
    assert.equal(spawnSync("mount", ["--bind", dir.path, below]).status, 0);
    spawnSync("mount", ["--make-private", below]);
    host = await mounter(disk, share);
    writeStoragePlugin(dir.join(STORAGE_PLUGIN));
    rig = await RecorderRig.start({
      cameras: 1,
      pluginPath: dir.join(STORAGE_PLUGIN),
      volumes: [
        {
          path: share,
          reserveBytes: 1_000_000,
          driver: { source: STORAGE_SOURCE, config: { url: host.url } },
        },
        { path: plain, reserveBytes: 1_000_000 },
      ],
    });
  });
  after(async () => {
    await rig?.dispose();
    await host?.close();
    spawnSync("umount", ["-l", below]);
    dir.remove();
  });

  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".mp4"));
  const belowTheMount = (): string[] => readdirSync(`${below}/share`);
  async function shareBecomes(wanted: RegExp, meanwhile: () => void = () => undefined): Promise<string> {
    const began = performance.now();
    const found = await waitFor(
      async () => {
        meanwhile();
        const volume = (await rig.status())?.volumes.find(({ path }) => path === share);
        return volume !== undefined && wanted.test(`${volume.status} ${volume.message ?? ""}`)
          ? volume
          : undefined;
      },
      { what: `the share to be ${wanted}`, deadlineMs: 10_000, periodMs: 100 },
    );
    return `${found.status} ${found.message ?? ""} after ${Math.round(performance.now() - began)} ms`;
  }
  async function growsIn(folder: string): Promise<void> {
    const before = files(folder).length;
    await waitFor(() => files(folder).length > before, {
      what: `a new file below ${folder}`,
      deadlineMs: 10_000,
    });
  }

  it("records to what the plugin has had mounted", async (t) => {
    t.diagnostic(await shareBecomes(/^normal/));
    await growsIn(share);
    assert.deepEqual(belowTheMount(), []);
    assert.ok(readFileSync("/proc/self/mountinfo", "utf8").includes(` ${share} `));
  });

  it("leaves the folder below alone when the mount goes, says so, and records where it can", async (t) => {
    host.mayMount = false;
    host.pull();
    t.diagnostic(await shareBecomes(/^offline .*(not mounted|share is away|nothing is mounted)/));
    await growsIn(plain);
    assert.deepEqual(belowTheMount(), [], "nothing was written to the disk below");
  });

  it("goes on there when the mount is back", async (t) => {
    host.mayMount = true;
    t.diagnostic(await shareBecomes(/^normal/));
    await growsIn(share);
    assert.deepEqual(belowTheMount(), []);
  });

  it("takes the volume for unavailable while the plugin does not run, and for ready once it does again", async (t) => {
    await waitFor(() => pluginPid(), { what: "the plugin's process" });
    // Also the one that takes its place at once: it could be ready before anybody has looked.
    const kill = (): void => {
      const pid = pluginPid();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    };
    t.diagnostic(await shareBecomes(/^offline .*does not run/, kill));
    t.diagnostic(await shareBecomes(/^normal/));
    await growsIn(share);
    assert.deepEqual(belowTheMount(), []);
  });

  /** The plugin's own process: it is told where the plugin's folder is. */
  function pluginPid(): number | undefined {
    const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return found.map(Number).find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return (
          words[0]?.endsWith("node") === true && words.includes(`--allow-fs-read=${dir.join(STORAGE_PLUGIN)}`)
        );
      } catch {
        return false;
      }
    });
  }
});
