import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ReplacedDisks } from "../../../core/control/replaced-disks.ts";
import type { VolumeId } from "../../../core/domain/ids.ts";
import { silentLog } from "../../../core/log.ts";
import { initialiseVolume } from "../../../core/media/store/volume-marker.ts";
import { mountsIn } from "../../../core/recording/mount-points.ts";
import { placeUnder, type RecordingPlace } from "../../../core/recording/recording-places.ts";
import type { RecordingVolumeState } from "../../../core/recording/volumes.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const OLD = "11111111-0000-4000-8000-000000000000" as VolumeId;
const OTHER = "22222222-0000-4000-8000-000000000000" as VolumeId;

describe("the disk that an unmounted volume's folder would lie on", () => {
  const DEFAULT = "/var/lib/nightjar/volumes/default";
  const under = (text: string, folder: string) =>
    placeUnder(
      { mounts: mountsIn(text), defaultFolder: DEFAULT, volumes: [], diskOf: () => undefined },
      folder,
    );
  const system = "27 1 8:2 / / rw - ext4 /dev/sda2 rw";

  it("is none while nothing is mounted there: below lies the disk of the system or of the data directory", () => {
    assert.equal(under(system, "/mnt/video/nightjar"), undefined);
    assert.equal(under(system, DEFAULT), undefined);
    const data = `${system}\n28 27 8:17 / /var/lib/nightjar rw - ext4 /dev/sdb1 rw`;
    assert.equal(under(data, "/var/lib/nightjar/more"), undefined);
    // The same disk seen at a second place, a share, memory.
    assert.equal(
      under(`${system}\n29 27 8:2 /x /mnt/video rw - ext4 /dev/sda2 rw`, "/mnt/video/n"),
      undefined,
    );
    assert.equal(under(`${system}\n29 27 0:50 / /mnt/video rw - nfs4 nas:/v rw`, "/mnt/video/n"), undefined);
    assert.equal(under(`${system}\n29 27 0:51 / /mnt/video rw - tmpfs tmpfs rw`, "/mnt/video/n"), undefined);
  });

  it("is the one that is mounted there, with its state", () => {
    const place = under(`${system}\n29 27 8:33 / /mnt/video ro - xfs /dev/sdc1 rw`, "/mnt/video/a/b");
    assert.equal(place?.mountPoint, "/mnt/video");
    assert.equal(place?.folder, "/mnt/video/a/b");
    assert.equal(place?.closed, "service");
  });
});

describe("the disk of a volume that was replaced", () => {
  let dir: TempDir;
  let folder: string;
  let place: RecordingPlace | undefined;
  let states: RecordingVolumeState[];
  let known: VolumeId[];
  let renewed: string[];
  let changed: number;
  let disks: ReplacedDisks;
  let clock: FakeClock;

  beforeEach(() => {
    dir = tempDir("nightjar-replaced-");
    folder = dir.join("a/nightjar");
    place = present();
    states = [away()];
    known = [OLD];
    renewed = [];
    changed = 0;
    clock = new FakeClock(0);
    disks = new ReplacedDisks({
      ...{ clock, log: silentLog },
      under: async () => place,
      known: async () => known,
      states: async () => states,
      renew: async (path) => void renewed.push(path),
      changed: () => {
        changed += 1;
      },
    });
  });
  afterEach(() => dir.remove());

  const present = (): RecordingPlace => ({
    ...{ id: "00112233445566aa", mountPoint: dir.path, fileSystem: "ext4", folder },
    ...{ isSystem: false, holdsData: false },
  });
  const away = (more: Partial<RecordingVolumeState> = {}): RecordingVolumeState => ({
    ...{ id: OLD, path: folder, status: "offline", usedBytes: 0, context: { case: "enodev" } },
    ...more,
  });
  const look = async (): Promise<string | undefined> => {
    const before = changed;
    disks.take(states);
    await waitFor(() => changed > before, { what: "a look" });
    return disks.at(folder)?.holds;
  };

  it("is told of, and becomes the volume only when somebody says so, with the folders above it", async () => {
    assert.equal(await look(), "empty");
    assert.match(disks.problemOf(folder)?.message ?? "", /was replaced by an empty one/);
    assert.equal(disks.problemOf(folder)?.code, "volume-replaced");
    assert.deepEqual(readdirSync(dir.path), []);
    assert.deepEqual(await disks.use(OLD, "00112233445566aa"), { path: folder, mountPoint: dir.path });
    assert.ok(existsSync(folder));
    assert.deepEqual(renewed, [folder]);
    assert.equal(disks.at(folder), undefined);
  });

  it("is not the one that was seen, or is there again, or unmounted: nothing is done", async () => {
    const refused = { code: "NJ_VOLUME_NOT_REPLACED" };
    await assert.rejects(disks.use(OLD, "ffffffffffffffff"), refused);
    await assert.rejects(disks.use(OTHER, "00112233445566aa"), { code: "NJ_VOLUME_UNKNOWN" });
    states = [away({ status: "normal" })];
    await assert.rejects(disks.use(OLD, "00112233445566aa"), refused);
    states = [away({ context: { case: "silent" } })];
    await assert.rejects(disks.use(OLD, "00112233445566aa"), refused);
    states = [away()];
    place = undefined;
    await assert.rejects(disks.use(OLD, "00112233445566aa"), refused);
    assert.deepEqual([renewed, readdirSync(dir.path)], [[], []]);
  });

  it("is not taken from another recorder, nor from another path of this one", async () => {
    const { marker } = initialiseVolume(folder);
    states = [away({ status: "mismatch" })];
    assert.equal(await look(), "foreign");
    await assert.rejects(disks.use(OLD, "00112233445566aa"), { code: "NJ_PLACE_TAKEN" });
    known = [OLD, marker.id];
    states = [...states, away({ id: marker.id, path: "/mnt/two", status: "normal" })];
    await assert.rejects(disks.use(OLD, "00112233445566aa"), { code: "NJ_PLACE_TAKEN" });
    assert.deepEqual(renewed, []);
    states = [away({ status: "mismatch" })];
    clock.advance(5_000);
    assert.equal(await look(), "own");
  });

  it("is not told of where files without a marker lie: they may be the recordings of a damaged disk", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/x.mp4`, "x");
    disks.take(states);
    await assert.rejects(disks.use(OLD, "00112233445566aa"), { code: "NJ_PLACE_OCCUPIED" });
    assert.equal(disks.at(folder), undefined);
    assert.deepEqual(readdirSync(folder), ["x.mp4"]);
  });

  it("may be the volume as a whole: what ext puts there itself is nothing", async () => {
    mkdirSync(dir.join("lost+found"));
    folder = dir.path;
    states = [away()];
    place = present();
    assert.equal(await look(), "empty");
  });

  it("is forgotten when the volume is in order, and looked at every few seconds meanwhile", async () => {
    assert.equal(await look(), "empty");
    place = undefined;
    disks.take(states);
    assert.equal(disks.at(folder)?.holds, "empty");
    clock.advance(5_000);
    assert.equal(await look(), undefined);
    place = present();
    clock.advance(5_000);
    assert.equal(await look(), "empty");
    disks.take([away({ status: "normal" })]);
    assert.equal(disks.at(folder), undefined);
  });
});
