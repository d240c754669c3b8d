// Volumes that a plugin's storage driver makes ready, inline and isolated alike: what is ready is told, and a driver that
// throws, hangs, lies or dies makes its own volume unavailable with a reason, and no other.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../core/clock.ts";
import { silentLog } from "../../../core/log.ts";
import type { StorageDriver, StorageHealth } from "../../../core/plugin/contract/storage-driver.ts";
import { PluginHost } from "../../../core/plugin/host/plugin-host.ts";
import { mountPointsIn } from "../../../core/recording/mount-points.ts";
import { type DrivenVolume, PreparedVolume } from "../../../core/recording/prepared-volume.ts";
import { PreparedVolumes } from "../../../core/recording/prepared-volumes.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { CHILD_CORE } from "../../support/child-core.ts";
import { STORAGE_PLUGIN, STORAGE_SOURCE, writeStoragePlugin } from "../../support/storage-plugin.ts";

const CORE = import.meta.resolve("../../../core/index.ts");
const at = (path: string, mode: string): DrivenVolume => ({
  path,
  driver: { source: STORAGE_SOURCE, config: { mode } },
});

for (const isolation of ["inline", "process"] as const) {
  describe(`a storage driver, run ${isolation}`, { timeout: 120_000 }, () => {
    const root = tempDir("nightjar-storage-");
    let host: PluginHost;
    let configured: DrivenVolume[] = [];
    let enabled = true;
    let volumes: PreparedVolumes;
    const mounted = new Set<string>(["/srv/good", "/srv/other", "/srv/lie-shape", "/srv/throw"]);

    before(async () => {
      const folder = root.join("elsewhere", STORAGE_PLUGIN);
      writeStoragePlugin(folder, isolation === "inline" ? { core: CORE } : {});
      mkdirSync(root.join("data"));
      host = new PluginHost({
        dataDir: root.join("data"),
        version: "0.1.0",
        paths: [{ bundled: isolation === "inline", folder }],
        log: silentLog,
        clock: systemClock,
        settings: () => ({ enabled, config: {} }),
        secrets: () => ({ get: async () => undefined, set: async () => undefined }),
        refreshCameras: () => undefined,
        offerCamera: async () => undefined,
        childCore: CHILD_CORE,
      });
      await host.load();
      await host.loaded();
      await waitFor(() => host.list()[0]?.status === "running", { what: "the plugin", deadlineMs: 30_000 });
      volumes = new PreparedVolumes({
        configured: () => configured,
        registered: () => host.registries.storageDrivers.owned(),
        clock: systemClock,
        log: silentLog,
        isMounted: async (path) => mounted.has(path),
        changed: () => undefined,
      });
      volumes.start();
    });
    after(async () => {
      volumes.stop();
      await host.stop();
      root.remove();
    });

    async function becomes(path: string, status: string): Promise<string> {
      const state = await waitFor(
        () => {
          const now = volumes.stateOf(path);
          return now?.status === status ? now : undefined;
        },
        {
          what: () => `${path} to be ${status}; it is ${JSON.stringify(volumes.stateOf(path))}`,
          deadlineMs: 15_000,
        },
      );
      return state.status === "unavailable" ? state.reason : "";
    }

    it("makes a volume ready", async () => {
      configured = [at("/srv/good", "good")];
      await volumes.volumesChanged();
      await becomes("/srv/good", "ready");
      assert.equal(volumes.driverOf(STORAGE_SOURCE)?.displayName, "House");
      assert.equal(volumes.stateOf("/srv/elsewhere"), undefined);
    });

    for (const [mode, reason] of [
      ["throw", /the house burns at \/srv\/throw/],
      ["hang", /has been made ready for 4 s and is not yet|did not answer/],
      ["hang-health", /health did not answer within 2000 ms/],
      ["lie-shape", /is to answer/],
      ["lie-ready", /nothing is mounted on \/srv\/lie-ready: nothing is written to the disk below/],
    ] as const) {
      it(`that does "${mode}" makes its volume unavailable with the reason, and the others stay ready`, async () => {
        configured = [at("/srv/good", "good"), at(`/srv/${mode}`, mode)];
        await volumes.volumesChanged();
        assert.match(await becomes(`/srv/${mode}`, "unavailable"), reason);
        await becomes("/srv/good", "ready");
      });
    }

    it("is told nothing that its schema does not let pass", async () => {
      configured = [
        { path: "/srv/other", driver: { source: STORAGE_SOURCE, config: { mode: 7 } } },
        { path: "/srv/none", driver: { source: "nightjar-storage-none/none", config: {} } },
      ];
      await volumes.volumesChanged();
      assert.match(await becomes("/srv/other", "unavailable"), /configuration is wrong at \/mode/);
      assert.match(
        await becomes("/srv/none", "unavailable"),
        /no storage driver "none" of nightjar-storage-none/,
      );
    });

    it("whose mount goes makes the volume unavailable, and it is ready again when the mount is back", async () => {
      configured = [at("/srv/good", "good")];
      await volumes.volumesChanged();
      await becomes("/srv/good", "ready");
      mounted.delete("/srv/good");
      assert.match(await becomes("/srv/good", "unavailable"), /nothing is mounted/);
      mounted.add("/srv/good");
      await becomes("/srv/good", "ready");
    });

    it("that is switched off leaves its volume unavailable", async () => {
      configured = [at("/srv/good", "good")];
      await volumes.volumesChanged();
      await becomes("/srv/good", "ready");
      if (isolation === "process") {
        // Its process dies with the question; the volume is ready again once it was started anew.
        configured = [at("/srv/good", "good"), at("/srv/exit", "exit")];
        await volumes.volumesChanged();
        assert.ok((await becomes("/srv/exit", "unavailable")).length > 0);
        configured = [at("/srv/good", "good")];
        await volumes.volumesChanged();
        await becomes("/srv/good", "ready");
      }
      enabled = false;
      await host.settingsChanged();
      await becomes("/srv/good", "unavailable");
      // Asked in the very moment of its end, it is only gone; the next look says why.
      await waitFor(
        () => {
          const now = volumes.stateOf("/srv/good");
          return now?.status === "unavailable" && /not installed, or it does not run/.test(now.reason);
        },
        {
          deadlineMs: 15_000,
          what: () => `the reason; it is ${JSON.stringify(volumes.stateOf("/srv/good"))}`,
        },
      );
    });
  });
}

describe("a volume that a driver makes ready", () => {
  function volume(driver: Partial<StorageDriver>, clock = new FakeClock()) {
    const calls: string[] = [];
    const whole: StorageDriver = {
      id: "house",
      displayName: "House",
      mounts: false,
      configSchema: { type: "object", properties: {} } as never,
      prepare: async () => undefined,
      health: async () => ({ ready: true }),
      ...driver,
    };
    const counted: StorageDriver = {
      ...whole,
      prepare: (...args) => {
        calls.push("prepare");
        return whole.prepare(...args);
      },
    };
    const made = new PreparedVolume({
      volume: at("/srv/x", "good"),
      driver: () => counted,
      isMounted: async () => false,
      clock,
      changed: () => undefined,
    });
    clock.every(1_000, () => made.look());
    return { made, clock, calls };
  }
  const turns = async (count: number, clock: FakeClock): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it("counts as unavailable within five seconds of a preparation that does not end", async () => {
    const { made, clock } = volume({ prepare: () => new Promise(() => undefined) });
    made.look();
    assert.equal(made.state.status, "pending");
    await turns(5, clock);
    assert.equal(made.state.status, "unavailable");
  });

  it("is tried again with growing pauses, and not asked twice at once", async () => {
    const { made, clock, calls } = volume({
      prepare: async () => {
        throw new RangeError("no");
      },
    });
    await turns(60, clock);
    assert.ok(calls.length >= 5 && calls.length <= 9, `${calls.length} tries in a minute`);
    assert.deepEqual(made.state, { status: "unavailable", reason: "no", code: "NJ_VOLUME_NOT_READY" });
  });

  it("is asked for its health every second, and prepared anew only when that is bad", async () => {
    let health: StorageHealth = { ready: true };
    const { made, clock, calls } = volume({ health: async () => health });
    await turns(10, clock);
    assert.deepEqual([made.state.status, calls.length], ["ready", 1]);
    health = { ready: false, reason: "pulled" };
    await turns(1, clock);
    assert.deepEqual(made.state, { status: "unavailable", reason: "pulled", code: "NJ_VOLUME_NOT_READY" });
    health = { ready: true };
    await turns(3, clock);
    assert.deepEqual([made.state.status, calls.length], ["ready", 2]);
  });
});

it("finds the folders that something is mounted on, also with blanks in their names", () => {
  const lines = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw",
    "40 22 0:35 / /mnt/big\\040disk rw,relatime - tmpfs tmpfs rw",
    "",
  ];
  assert.deepEqual([...mountPointsIn(lines.join("\n"))], ["/", "/mnt/big disk"]);
});
