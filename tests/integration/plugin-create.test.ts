// `nightjar plugin create` makes plugins whose own tests pass out of the box, with the compiler's consent, and that can
// be published as they are; and it says plainly what it does not make.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createPlugin } from "../../core/plugin/create/create-plugin.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { buildPackage } from "../../scripts/pack-plugin/build-package.ts";
import { PROGRAM, ROOT, WHOLE_PACKAGES } from "../support/program.ts";

interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
}

function node(folder: string, ...args: string[]): Run {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const run = spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder, env, timeout: 170_000 });
  return { status: run.status, out: run.stdout, said: run.stderr };
}

describe("a new plugin", { timeout: 500_000 }, () => {
  const dir = tempDir("nightjar-new-");
  after(() => dir.remove());
  const create = (...words: string[]): Run => node(dir.path, PROGRAM, "plugin", "create", ...words);
  const pack = (folder: string): Run =>
    node(dir.path, ...WHOLE_PACKAGES, join(ROOT, "scripts/pack-plugin.ts"), folder, "--to", dir.path);

  // The first runs them as authors do, with a process for each file; the others in one.
  const IN_ONE = "--test-isolation=none";
  for (const [language, id, flags, how] of [
    ["TypeScript", "acme", [], []],
    ["JavaScript", "acme-js", ["--javascript"], [IN_ONE]],
  ] as const) {
    const name = `nightjar-camera-${id}`;
    const folder = dir.join(name);

    it(`in ${language} has tests that pass, the contract suite among them`, () => {
      const made = create("camera", id, ...flags);
      assert.equal(made.status, 0, made.said);
      assert.match(made.out, new RegExp(`Made ${name}`));
      const tests = node(folder, "--test", ...how, "--test-reporter=tap");
      assert.equal(tests.status, 0, tests.out.slice(-4_000));
      assert.match(tests.out, /^# pass 25$/m);
    });

    it(`in ${language} has nothing of the template's names in it, and no trace of the other language`, () => {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
        (path) => !path.startsWith("node_modules") && /\.\w+$/.test(path),
      );
      assert.ok(files.length >= 12, files.join());
      for (const file of files) {
        const text = readFileSync(join(folder, file), "utf8");
        assert.doesNotMatch(text, /template/i, file);
        if (language === "JavaScript") {
          assert.doesNotMatch(file, /\.ts$/);
          assert.doesNotMatch(text.replaceAll("pack-plugin.ts", ""), /\w\.ts\b/, file);
          assert.doesNotMatch(text.replaceAll(/\|.*\|/g, ""), /\S {2,}\S/, `${file}: holes where types were`);
        }
      }
    });

    it(`in ${language} can be published`, () => {
      const packed = pack(folder);
      assert.equal(packed.status, 0, packed.said);
      assert.ok(existsSync(dir.join(`${name}-0.1.0.tgz`)));
      assert.equal(packed.said, "", "nothing to remark on");
    });
  }

  // Both languages come from one template; what that can spoil, the camera's plugins above show in both.
  for (const [kind, tested, passes] of [
    ["login", "acme", 19],
    ["vca", "acme", 20],
    ["storage", "acme-js", 21],
    ["pos", "acme", 19],
    ["linkage", "acme", 28],
    ["bridge", "acme", 15],
  ] as const) {
    it(`of the kind ${kind} is made in both languages, has tests that pass, and can be published`, async () => {
      for (const id of ["acme", "acme-js"]) {
        const name = `nightjar-${kind}-${id}`;
        const javascript = id === "acme-js";
        if (javascript && id !== tested) {
          // Nothing of it is run: what the command calls makes it as well.
          await createPlugin({ kind, name: id, parent: dir.path, javascript });
        } else {
          const made = create(kind, id, ...(javascript ? ["--javascript"] : []));
          assert.equal(made.status, 0, made.said);
        }
        for (const file of readdirSync(dir.join(name), { recursive: true, encoding: "utf8" })) {
          if (file.startsWith("node_modules") || !/\.\w+$/.test(file)) continue;
          assert.doesNotMatch(readFileSync(dir.join(name, file), "utf8"), /template/i, file);
        }
      }
      const folder = dir.join(`nightjar-${kind}-${tested}`);
      const tests = node(folder, "--test", IN_ONE, "--test-reporter=tap");
      assert.equal(tests.status, 0, tests.out.slice(-4_000));
      const count = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(tests.out)?.[1]);
      // Those that need root to mount a volume are skipped without it.
      assert.equal(count("pass") + count("skipped"), passes, tests.out.slice(-4_000));
      assert.ok(count("skipped") <= (kind === "storage" ? 2 : 0), tests.out.slice(-4_000));
      // Archives are npm's work, which those of the camera show.
      await buildPackage(folder, dir.join(`packed-${kind}`));
    });
  }

  it("in TypeScript has the compiler's consent", () => {
    const folders = ["camera", "login", "storage", "vca", "pos", "linkage", "bridge"].map(
      (kind) => `nightjar-${kind}-acme`,
    );
    // They ask the compiler for the same, so it reads the declarations of the core for all of them at once.
    const [asked] = folders.map((folder) => readFileSync(dir.join(folder, "tsconfig.json"), "utf8"));
    for (const folder of folders)
      assert.equal(readFileSync(dir.join(folder, "tsconfig.json"), "utf8"), asked, folder);
    const config = {
      extends: `./${folders[0]}/tsconfig.json`,
      // What `npm install` would bring.
      compilerOptions: { typeRoots: [join(ROOT, "node_modules/@types")] },
      include: folders.flatMap((folder) => ["src", "tests", "scripts"].map((part) => `${folder}/${part}`)),
    };
    writeFileSync(dir.join("tsconfig.checked.json"), JSON.stringify(config));
    const run = node(
      dir.path,
      join(ROOT, "node_modules/typescript/bin/tsc"),
      "-p",
      "tsconfig.checked.json",
      "--listFiles",
      "--singleThreaded",
    );
    assert.equal(run.status, 0, run.out);
    for (const folder of folders) assert.match(run.out, new RegExp(`${folder}/src/`), "it was read");
  });

  it("may have a scope, and lie elsewhere", () => {
    const run = create("camera", "@someone/nightjar-camera-far", "some/where", "--json");
    assert.equal(run.status, 0, run.said);
    const made = JSON.parse(run.out) as { folder: string; packageName: string; id: string };
    assert.equal(made.packageName, "@someone/nightjar-camera-far");
    assert.equal(made.id, "far");
    assert.equal(made.folder, dir.join("some/where/nightjar-camera-far"));
    const card = JSON.parse(readFileSync(join(made.folder, "package.json"), "utf8")) as { name: string };
    assert.equal(card.name, "@someone/nightjar-camera-far");
  });

  for (const [what, words, reason] of [
    ["without a name", ["camera"], /usage: nightjar plugin create KIND NAME.*kinds: camera/],
    [
      "for cameras that have a plugin",
      ["camera", "rtsp"],
      /nightjar-camera-rtsp answers for the driver "rtsp"/,
    ],
  ] as const) {
    it(`is not made ${what}, and nothing is left behind`, () => {
      const before = readdirSync(dir.path);
      const run = create(...words);
      assert.notEqual(run.status, 0);
      assert.match(run.said, reason);
      assert.deepEqual(readdirSync(dir.path), before);
    });
  }

  // By what the command calls, which says it as it is.
  for (const [what, kind, name, reason] of [
    ["of a kind that is none", "lens", "acme", /"lens" is no kind of plugin: camera, storage/],
    ["of a kind that has no place yet", "cluster", "acme", /no place yet .* "cluster" .* possible: camera/],
    ["with capitals", "camera", "Acme", /"Acme" cannot be its name/],
    ["that leads out of the folder", "camera", "../acme", /cannot be its name/],
    ["with a name that is too long", "camera", "a".repeat(60), /1 to 40/],
    ["with another kind in its name", "camera", "nightjar-pos-", /cannot be its name/],
  ] as const) {
    it(`is not made ${what}, and nothing is left behind`, async () => {
      const before = readdirSync(dir.path);
      await assert.rejects(createPlugin({ kind, name, parent: dir.path, javascript: false }), reason);
      assert.deepEqual(readdirSync(dir.path), before);
    });
  }

  it("is not made where something is already", () => {
    mkdirSync(dir.join("nightjar-camera-full"));
    writeFileSync(dir.join("nightjar-camera-full/mine.txt"), "mine");
    const run = create("camera", "full");
    assert.equal(run.status, 1);
    assert.match(run.said, /exists and is not empty/);
    assert.deepEqual(readdirSync(dir.join("nightjar-camera-full")), ["mine.txt"]);
  });
});
