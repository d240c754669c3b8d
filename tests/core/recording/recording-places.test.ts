import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { offeredPlaces } from "../../../core/control/offered-places.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { silentLog } from "../../../core/log.ts";
import { initialiseVolume } from "../../../core/media/store/volume-marker.ts";
import { mountsIn } from "../../../core/recording/mount-points.ts";
import { look, lookAtPlace, make, makePlace } from "../../../core/recording/place-errand.ts";
import { realFolder, realFolderApart } from "../../../core/recording/real-folder.ts";
import {
  isTooSmall,
  type RecordingPlace,
  recommended,
  recordingPlaces,
} from "../../../core/recording/recording-places.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

/** A Debian machine with two disks beside the system's, a share, a stick, snaps and a container. */
const HOUSE = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,discard
28 27 8:1 / /boot/efi rw,relatime shared:2 - vfat /dev/sda1 rw
29 27 8:3 / /home rw,relatime shared:3 - ext4 /dev/sda3 rw
30 27 8:4 / /srv/old rw,relatime shared:3 - ext4 /dev/sda4 rw
31 27 7:1 / /snap/core/1 ro,nodev,relatime - squashfs /dev/loop1 ro
32 27 8:17 / /mnt/big\\040disk rw,relatime shared:4 master:9 - xfs /dev/sdb1 rw
33 27 8:17 /films /srv/films rw,relatime - xfs /dev/sdb1 rw
34 27 8:33 / /media/ann/old ro,relatime - ext4 /dev/sdc1 ro
35 27 8:49 / /run/media/ann/STICK rw,relatime - vfat /dev/sdd1 rw
36 27 0:50 / /mnt/share rw,relatime - nfs4 nas:/video rw
37 27 0:51 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
38 27 8:33 / /var/lib/docker/volumes ro - ext4 /dev/sdc1 rw
39 27 0:52 / /tmp rw - tmpfs tmpfs rw
40 27 0:60 /@video /mnt/pool rw - btrfs /dev/sde rw
41 27 0:61 /@other /mnt/pool/other rw - btrfs /dev/sde rw
42 27 8:80 / /run/program rw - ext4 /dev/sdf rw
a line that is none
43 27 8:96`;

const sameDisk = ({ source }: { readonly source: string }) => /^\/dev\/sd[a-z]/.exec(source)?.[0];
const placesOf = (mountinfo: string, volumes: readonly string[] = ["/var/lib/nightjar/volumes/default"]) =>
  recordingPlaces({
    mounts: mountsIn(mountinfo),
    defaultFolder: "/var/lib/nightjar/volumes/default",
    volumes,
    diskOf: sameDisk,
  });

describe("disks that recordings can go to", () => {
  it("are one for each local disk, and nothing of the system's own, of memory, shares, sticks or programs", () => {
    assert.deepEqual(
      placesOf(HOUSE).map(({ mountPoint, folder, isSystem, holdsData, closed, volumeIndex }) => [
        ...[mountPoint, folder, isSystem, holdsData, closed, volumeIndex],
      ]),
      [
        ["/", "/var/lib/nightjar/volumes/default", true, true, undefined, 0],
        ["/media/ann/old", "/media/ann/old/nightjar", false, false, "disk", undefined],
        ["/mnt/big disk", "/mnt/big disk/nightjar", false, false, undefined, undefined],
        ["/mnt/pool", "/mnt/pool/nightjar", false, false, undefined, undefined],
        ["/srv/old", "/srv/old/nightjar", true, false, undefined, undefined],
      ],
    );
  });

  it("are known again by their ids, which another disk at the same place does not have", () => {
    const ids = (text: string) => placesOf(text).map(({ id }) => id);
    assert.equal(new Set(ids(HOUSE)).size, 5);
    assert.deepEqual(ids(HOUSE), ids(HOUSE));
    const swapped = ids(HOUSE.replace("8:17 / /mnt/big\\040disk", "8:113 / /mnt/big\\040disk"));
    assert.notEqual(swapped[2], ids(HOUSE)[2]);
    assert.ok(ids(HOUSE).every((id) => /^[0-9a-f]{16}$/.test(id)));
  });

  it("tell which of them hold a volume, also one in a folder of another name", () => {
    const places = placesOf(HOUSE, ["/mnt/pool/other/cctv", "/var/lib/nightjar/volumes/default"]);
    const pool = places.find(({ mountPoint }) => mountPoint === "/mnt/pool");
    assert.equal(pool?.volumeIndex, 0);
    assert.equal(pool?.folder, "/mnt/pool/other/cctv");
    assert.equal(places[0]?.volumeIndex, 1);
  });

  it("are told by where folders really lie: a data directory behind a link is on the disk that it leads to", () => {
    const found = recordingPlaces({
      mounts: mountsIn(HOUSE),
      defaultFolder: "/var/lib/nightjar/volumes/default",
      volumes: ["/cctv/second", "/var/lib/nightjar/volumes/default"],
      realFolder: (folder) =>
        folder.replace("/var/lib/nightjar", "/mnt/big disk/data").replace("/cctv", "/mnt/pool"),
      diskOf: sameDisk,
    });
    const facts = found.map(({ mountPoint, folder, isSystem, holdsData, volumeIndex }) => [
      ...[mountPoint, folder, isSystem, holdsData, volumeIndex],
    ]);
    assert.deepEqual(facts.slice(0, 3), [
      ["/mnt/big disk", "/var/lib/nightjar/volumes/default", false, true, 1],
      ["/media/ann/old", "/media/ann/old/nightjar", false, false, undefined],
      ["/mnt/pool", "/cctv/second", false, false, 0],
    ]);
  });

  it("are not taken for the volume whose disk is away, and below whose place the system's disk lies", () => {
    const ask = (away: readonly string[]) =>
      recordingPlaces({
        mounts: mountsIn(HOUSE),
        defaultFolder: "/var/lib/nightjar/volumes/default",
        volumes: ["/mnt/pulled/nightjar", "/mnt/pool/nightjar"],
        away: new Set(away),
        diskOf: sameDisk,
      }).map(({ folder, volumeIndex }) => [folder, volumeIndex]);
    const [home, , , pool] = ask(["/mnt/pulled/nightjar", "/mnt/pool/nightjar"]);
    assert.deepEqual(home, ["/var/lib/nightjar/volumes/default", undefined]);
    assert.deepEqual(pool, ["/mnt/pool/nightjar", 1], "one that was replaced is still its place");
    assert.deepEqual(ask([])[0], ["/mnt/pulled/nightjar", 0], "a folder of one's own on the system's disk");
  });

  it("are asked for with links followed, and folders that are not there yet lie where what is above them does", async () => {
    using dir = tempDir("nightjar-place-");
    const top = realpathSync(dir.path);
    mkdirSync(join(top, "disk"));
    symlinkSync(join(top, "disk"), join(top, "link"));
    assert.equal(realFolder(join(top, "link/volumes/default")), join(top, "disk/volumes/default"));
    assert.equal(await realFolderApart(join(top, "link")), join(top, "disk"));
    const db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    const places = offeredPlaces({
      ...{ db, dataDir: join(top, "link"), nowMs: () => 0 },
      volumes: () => [join(top, "link/volumes/default")],
      away: async () => new Set(),
      mountinfo: async () => `1 0 9:1 / / rw - ext4 /dev/a rw
2 1 9:2 / ${join(top, "disk")} rw - ext4 /dev/b rw`,
    });
    const { places: found } = await places.list().finally(() => db.close());
    assert.deepEqual(
      found.map(({ mountPoint, holdsData, volume }) => [mountPoint, holdsData, volume]),
      [[join(top, "disk"), true, "first"]],
    );
  });

  it("are what a service was let at, and say of the others that they are closed to it", () => {
    const service = `27 1 8:2 / / ro - ext4 /dev/sda2 rw
28 27 8:2 /var/lib/nightjar /var/lib/nightjar rw - ext4 /dev/sda2 rw
32 27 8:17 / /mnt/one ro - xfs /dev/sdb1 rw
33 27 8:17 /nightjar /mnt/one/nightjar rw - xfs /dev/sdb1 rw
34 27 8:33 / /mnt/two ro - xfs /dev/sdc1 rw`;
    assert.deepEqual(
      placesOf(service).map(({ mountPoint, folder, closed, isSystem }) => [
        ...[mountPoint, folder, closed, isSystem],
      ]),
      [
        ["/var/lib/nightjar", "/var/lib/nightjar/volumes/default", undefined, true],
        ["/mnt/one/nightjar", "/mnt/one/nightjar", undefined, false],
        ["/mnt/two", "/mnt/two/nightjar", "service", false],
      ],
    );
  });

  it("are bounded, whatever is mounted", () => {
    const many = Array.from(
      { length: 10_000 },
      (_, index) => `${index} 1 9:${index} / /mnt/d${index} rw - ext4 /dev/d${index} rw`,
    ).join("\n");
    assert.equal(mountsIn(many).length, 4_096);
    assert.equal(placesOf(many).length, 32);
    assert.deepEqual(placesOf(""), []);
    assert.deepEqual(placesOf("- - - - - - - - -\n\\777 \\7 - -\n1 2 3:4 / / rw -"), []);
  });

  it("propose the roomiest beside the system's, or what is recorded to already", () => {
    const [system, old, big, pool, partition] = placesOf(HOUSE);
    assert.ok(system && old && big && pool && partition);
    const found = [
      { ...system, freeBytes: 9e12 },
      { ...old, freeBytes: 8e12, problem: { code: "NJ_PLACE_READ_ONLY" } },
      { ...big, freeBytes: 1e12 },
      { ...pool, freeBytes: 2e12 },
      { ...partition, freeBytes: 5e12 },
    ];
    assert.equal(recommended(found)?.mountPoint, "/mnt/pool");
    assert.equal(recommended([found[0] ?? system, { ...big, volumeIndex: 3 }])?.mountPoint, "/mnt/big disk");
    const moved = found.map((place) => ({
      ...place,
      volumeIndex: place.mountPoint === "/mnt/big disk" ? 0 : 1,
    }));
    assert.equal(recommended(moved)?.mountPoint, "/mnt/big disk");
    assert.equal(recommended([{ ...system }, { ...partition, freeBytes: 5e12 }])?.mountPoint, "/");
    assert.equal(recommended([]), undefined);
  });

  it("are too small where next to nothing is left beyond what is kept free", () => {
    assert.equal(isTooSmall({ totalBytes: 8e9, freeBytes: 7.5e9 }), false);
    assert.equal(isTooSmall({ totalBytes: 8e9, freeBytes: 2.5e9 }), true);
    assert.equal(isTooSmall({ totalBytes: 1.2e9, freeBytes: 1.2e9 }), true);
    assert.equal(isTooSmall({ totalBytes: 4e12, freeBytes: 190e9 }), true);
  });
});

describe("the folder on a disk", () => {
  const place = (mountPoint: string, more: Partial<RecordingPlace> = {}): RecordingPlace => ({
    ...{ id: "0011223344556677", mountPoint, folder: `${mountPoint}/nightjar`, fileSystem: "ext4" },
    ...{ isSystem: false, holdsData: false },
    ...more,
  });
  const codeOf = (given: RecordingPlace, own: readonly string[] = []) => look(given, own).problem?.code;

  it("is made for its owner alone, in a thread, and stays as it is when it is made again", async () => {
    using dir = tempDir("nightjar-place-");
    const given = place(dir.path);
    assert.deepEqual((await lookAtPlace(given, [])).problem, undefined);
    assert.equal(existsSync(given.folder), false);
    await makePlace(given, []);
    assert.equal(statSync(given.folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(given.folder), []);
    chmodSync(given.folder, 0o755);
    make(given, []);
    assert.equal(statSync(given.folder).mode & 0o777, 0o700);
  });

  it("is made in the data directory with what lies above it", () => {
    using dir = tempDir("nightjar-place-");
    make(place(dir.path, { holdsData: true, folder: dir.join("volumes/default") }), []);
    assert.equal(statSync(dir.join("volumes/default")).mode & 0o777, 0o700);
  });

  it("is refused where a link, a file or other files are, and nothing is changed there", () => {
    using dir = tempDir("nightjar-place-");
    const elsewhere = dir.join("elsewhere");
    mkdirSync(elsewhere, { mode: 0o755 });
    const cases: Record<string, (at: string) => void> = {
      link: (at) => symlinkSync(elsewhere, at),
      "a link to nothing": (at) => symlinkSync(dir.join("nothing"), at),
      file: (at) => writeFileSync(at, "x"),
      files: (at) => {
        mkdirSync(at);
        writeFileSync(`${at}/letters.txt`, "x");
      },
    };
    for (const [name, prepare] of Object.entries(cases)) {
      const disk = dir.join(`disk ${name}`);
      mkdirSync(disk);
      prepare(`${disk}/nightjar`);
      assert.equal(codeOf(place(disk)), "NJ_PLACE_OCCUPIED", name);
      assert.throws(() => make(place(disk), []), { code: "NJ_PLACE_OCCUPIED" }, name);
    }
    assert.equal(statSync(elsewhere).mode & 0o777, 0o755);
    assert.equal(existsSync(dir.join("nothing")), false);
  });

  it("is another recorder's unless the volume in it is known here", () => {
    using dir = tempDir("nightjar-place-");
    const given = place(dir.path);
    const { marker } = initialiseVolume(given.folder);
    assert.equal(codeOf(given), "NJ_PLACE_TAKEN");
    assert.throws(() => make(given, ["another"]), { code: "NJ_PLACE_TAKEN" });
    assert.equal(codeOf(given, [marker.id]), undefined);
  });

  it("is refused on a disk that is read-only or closed to the service, with what opens it", () => {
    using dir = tempDir("nightjar-place-");
    assert.equal(codeOf(place(dir.path, { closed: "disk" })), "NJ_PLACE_READ_ONLY");
    const { problem } = look(place(dir.path, { closed: "service" }), []);
    assert.match(problem?.message ?? "", /nightjar service install --volume .*\/nightjar/);
    assert.throws(() => make(place(dir.path, { closed: "disk" }), []), { code: "NJ_PLACE_READ_ONLY" });
    assert.equal(existsSync(dir.join("nightjar")), false);
  });

  it("is refused where the recorder's user may not write", {
    skip: process.getuid?.() === 0 && "root writes everywhere",
  }, () => {
    using dir = tempDir("nightjar-place-");
    chmodSync(dir.path, 0o500);
    try {
      assert.equal(codeOf(place(dir.path)), "NJ_PLACE_NOT_WRITABLE");
    } finally {
      chmodSync(dir.path, 0o700);
    }
  });

  it("is not answered for by a disk that is gone, and others are not held up", async () => {
    const found = await lookAtPlace(place("/nowhere/at-all"), []);
    assert.equal(found.problem?.code, "NJ_VOLUME_UNUSABLE");
    assert.equal(found.totalBytes, undefined);
  });
});
