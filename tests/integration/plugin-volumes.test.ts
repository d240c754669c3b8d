// A whole recorder with two volumes and a stranger's plugin that has a say over them: where a camera's recordings go
// (placementPlan), and which of them go last when room is needed (beforeEvict).
import assert from "node:assert/strict";
import { existsSync, globSync, mkdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import {
  noTemporaryVolume,
  type TemporaryVolume,
  temporaryVolume,
} from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { writeHousePlugin } from "../support/house-plugin.ts";
import { ROOT } from "../support/program.ts";
import { segmentPaths } from "../support/recorder-evidence.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const MIB = 1024 ** 2;
const NAME = "nightjar-bridge-shelves";
/** Its recordings are kept back: a tenth of what lies on a volume at most, which one file of so many cameras is less than. */
const KEPT = "cam-3";
const MOVED = "cam-2";
const CAMERAS = 12;
const PLUGIN = `import { definePlugin, Type } from "@nightjar/core";
export default definePlugin({
  name: "${NAME}", configSchema: Type.Object({}),
  setup(nvr) {
    nvr.hooks.placementPlan.tapPromise({ name: "${NAME}" }, async (plan) =>
      plan.camera === "${MOVED}" ? { ...plan, volumes: plan.volumes.toReversed() } : undefined);
    nvr.hooks.beforeEvict.tapPromise({ name: "${NAME}" }, async ({ camera }) =>
      camera === "${KEPT}" ? "the archive has not got it yet" : undefined);
  },
});`;

const skip = noTemporaryVolume();

describe("a plugin that has a say over volumes", { timeout: 120_000, skip }, () => {
  const dir = tempDir("nightjar-shelves-");
  const second = dir.join("second");
  let first: TemporaryVolume;
  let rig: RecorderRig;

  before(async () => {
    mkdirSync(second);
    const card = { permissions: { network: false, hooks: ["placementPlan", "beforeEvict"] } };
    writeHousePlugin(dir.join(NAME), NAME, card, PLUGIN);
    first = await temporaryVolume({ sizeBytes: 64 * MIB });
    rig = await RecorderRig.start({
      cameras: CAMERAS,
      clip: join(ROOT, "plugins/camera-demo/media/sub.mp4"),
      record: { audio: false },
      pluginPath: dir.join(NAME),
      volumes: [
        { path: first.path, reserveBytes: MIB },
        { path: second, reserveBytes: MIB },
      ],
    });
  });
  after(async () => {
    await rig?.dispose();
    first?.dispose();
    dir.remove();
  });

  const cameraOf = (path: string): string => path.split("/").at(-5) ?? "";
  const closedOn = (volume: string): string[] =>
    segmentPaths([volume])
      .filter((path) => existsSync(path) && inspectSegment(path).state === "closed")
      .sort((one, other) => basename(one).localeCompare(basename(other)));
  const sizeOf = (paths: readonly string[]): number =>
    paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);

  async function change(reserveBytes: number, name: string): Promise<void> {
    const config = await ConfigStore.open({ dataDir: rig.dataDir, log: silentLog, watch: false });
    await config.update((draft) => {
      const [volume] = draft.storage.volumes;
      const [camera] = draft.cameras;
      if (volume !== undefined) volume.reserveBytes = reserveBytes;
      if (camera !== undefined) camera.name = name;
    });
    await config.close();
  }

  /** What `media` may delete in its order, of the volume with that recording. */
  function listOf(id: string): readonly { readonly id: string; readonly path: string }[] {
    const media = join(rig.dataDir, "media");
    for (const name of globSync("eviction-*.json", { cwd: media })) {
      const text = readFileSync(join(media, name), "utf8");
      if (text.includes(id))
        return (JSON.parse(text) as { readonly segments: ReturnType<typeof listOf> }).segments;
    }
    return [];
  }

  it("has a camera's recordings go to the second volume, and no other's", async () => {
    await waitFor(
      () => {
        const cameras = new Set(closedOn(first.path).map(cameraOf));
        return cameras.has(KEPT) && cameras.size >= CAMERAS - 1 && closedOn(second).length > 0;
      },
      { what: "a finished file of each camera", deadlineMs: 40_000, periodMs: 250 },
    );
    assert.deepEqual([...new Set(segmentPaths([second]).map(cameraOf))], [MOVED]);
    // One that was begun before the plugin could say anything is closed, and stays where it is.
    const before = segmentPaths([first.path]).filter((path) => cameraOf(path) === MOVED);
    assert.ok(before.every((path) => inspectSegment(path).state === "closed"));
  });

  it("keeps back what it answers for when room is needed: others' recordings go before", async () => {
    const kept = closedOn(first.path).find((path) => cameraOf(path) === KEPT);
    assert.ok(kept);
    await waitFor(() => sizeOf(closedOn(first.path)) > 10.5 * sizeOf([kept]), {
      what: "the file to be less than a tenth of the volume",
      deadlineMs: 20_000,
      periodMs: 250,
    });
    await rig.untilReported(10_000);
    const id = basename(kept, ".mp4");
    let looks = 0;
    const ids = await waitFor(
      async () => {
        // The list is made when something changes; one that came before the last camera's file was known says too little.
        if (looks % 20 === 0) await change(MIB, `asked about at look ${looks}`);
        looks += 1;
        const segments = listOf(id);
        const place = segments.findIndex((segment) => segment.id === id);
        const others = segments.filter(({ path }) => !path.includes(`/${KEPT}/`));
        // What comes behind it is of the same camera.
        return place >= 0 && others.length >= CAMERAS - 2 && segments.indexOf(others.at(-1) as never) < place
          ? others.map((segment) => segment.id)
          : undefined;
      },
      { what: "the file to stand last in the list of what may go", deadlineMs: 10_000, periodMs: 100 },
    );
    const before = closedOn(first.path).filter(
      (path) => path === kept || ids.includes(basename(path, ".mp4")),
    );
    const wrote = before.indexOf(kept);
    // Room for those that would have gone with it, had nobody had a say.
    const { bavail, bsize } = statfsSync(first.path);
    await change(bavail * bsize + sizeOf(before.slice(0, wrote + 1)), "room is needed");
    await waitFor(() => before.filter((path) => !existsSync(path)).length > wrote, {
      what: "the oldest recordings to be deleted",
      deadlineMs: 20_000,
      periodMs: 20,
    });
    assert.ok(existsSync(kept), "it was kept");
    const gone = new Set(before.filter((path) => !existsSync(path)).map(cameraOf));
    assert.ok(gone.size > 0 && !gone.has(KEPT));
  });
});
