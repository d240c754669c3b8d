// The core process opens no file on a volume: a disk that hangs would stop it, and with it whoever
// waits for an answer. Who reads or writes files at all is listed here with what they touch; a new one has to say so.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type SourceFile, sourcesBelow, targetOf } from "./source-tree.ts";

/** Files of the data directory, of the program and of the system: none of these lies on a volume. */
const OWN_FILES: readonly string[] = [
  "core/cameras/known-streams.ts",
  "core/control/offered-places.ts",
  "core/http/app.ts",
  "core/http/plugin-pages.ts",
  "core/linkage/captured-pictures.ts",
  "core/mqtt/kept-pictures.ts",
  "core/mqtt/unix-door.ts",
  "core/recording/database-backup.ts",
  "core/recording/database-rescue.ts",
  "core/recording/mount-points.ts",
  "core/settings/import-backup.ts",
  "core/users/activation.ts",
  "core/users/common-password-list.ts",
];
/** Look at volumes in a thread of their own, with a time limit. */
const APART: readonly string[] = [
  "core/control/flow-folders.ts",
  "core/recording/place-errand.ts",
  "core/recording/real-folder.ts",
];
/** Read volumes, and run in the command line's own process. */
const COMMAND_LINE: readonly string[] = [
  "core/recording/fsck-locks.ts",
  "core/recording/fsck-volume.ts",
  "core/recording/fsck.ts",
];
/** The doctor measures a volume, without the core waiting for it; the rest below `system` are the system's own files. */
const DOCTOR: readonly string[] = ["core/system/doctor/volume-checks.ts", "core/system/volume-check.ts"];

const IN_CORE =
  /^core\/(alarm|alarm-io|cameras|control|explain|http|linkage|mqtt|playback|pos|recording|settings|users)\//;
const OPENS_FILES = /^node:fs(\/promises)?$/;
const APART_RUNNER = "core/media/process/disk-errand.ts";

describe("the core process and the volumes", () => {
  const sources = sourcesBelow("core");
  const opensFiles = (file: SourceFile): boolean => file.imports.some((name) => OPENS_FILES.test(name));
  const targetsOf = (file: SourceFile): string[] =>
    file.imports.flatMap((specifier) => targetOf(file, specifier) ?? []);
  /** Modules of media that know how volumes are laid out, and open files. */
  const ofVolumes = new Set(
    sources
      .filter((file) => /^core\/media\/(process|store)\//.test(file.path) && opensFiles(file))
      .map(({ path }) => path),
  );
  const touches = (file: SourceFile): boolean =>
    opensFiles(file) || targetsOf(file).some((target) => ofVolumes.has(target));

  it("files are opened by those alone that are known for it, and what for", () => {
    assert.ok(ofVolumes.size > 5);
    assert.deepEqual(
      sources
        .filter((file) => IN_CORE.test(file.path) && touches(file))
        .map(({ path }) => path)
        .sort(),
      [...OWN_FILES, ...APART, ...COMMAND_LINE].sort(),
    );
  });

  it("what lies on volumes is not known to those that open files of their own", () => {
    const wrong = sources.filter(
      (file) => OWN_FILES.includes(file.path) && targetsOf(file).some((target) => ofVolumes.has(target)),
    );
    assert.deepEqual(wrong, []);
  });

  it("errands on a disk are done in a thread of their own, and asked for with a limit", () => {
    for (const path of APART) {
      const file = sources.find((one) => one.path === path);
      assert.ok(file !== undefined && targetsOf(file).includes(APART_RUNNER), path);
      assert.match(file.text, /limitMs/, path);
    }
  });

  it("fsck runs where the command line does, and the doctor is the only other one that measures a volume", () => {
    const importers = (paths: readonly string[]): string[] =>
      sources
        .filter(
          (file) => !paths.includes(file.path) && targetsOf(file).some((target) => paths.includes(target)),
        )
        .map(({ path }) => path)
        .sort();
    assert.deepEqual(importers(COMMAND_LINE), ["core/cli/fsck.ts"]);
    assert.deepEqual(importers(DOCTOR), [
      "core/system/doctor.ts",
      "core/system/doctor/data-folder-checks.ts",
    ]);
  });
});
