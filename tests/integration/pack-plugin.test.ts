// What is published of a plugin: packed by scripts/pack-plugin.ts, unpacked somewhere else with npm offline, and run by
// the recorder's plugin host in a process of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { NightjarError } from "../../core/errors.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { testNvr } from "../../core/testing/test-nvr.ts";
import { buildPackage } from "../../scripts/pack-plugin/build-package.ts";
import { ROOT, WHOLE_PACKAGES } from "../support/program.ts";

const NAME = "nightjar-camera-shop";

interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
}

function pack(folder: string, to: string, ...args: string[]): Run {
  const run = spawnSync(
    process.execPath,
    [...WHOLE_PACKAGES, join(ROOT, "scripts/pack-plugin.ts"), folder, "--to", to, ...args],
    { encoding: "utf8", cwd: to, env: { ...process.env, npm_config_offline: "true" } },
  );
  return { status: run.status, out: run.stdout, said: run.stderr };
}

describe("a packed plugin", { timeout: 400_000 }, () => {
  const dir = tempDir("nightjar-packed-");
  after(() => dir.remove());
  let number = 0;

  /** A stranger's plugin in TypeScript, far from this checkout. */
  function stranger(files: Readonly<Record<string, string>> = {}, card: object = {}): string {
    number += 1;
    const folder = dir.join(`stranger-${number}`);
    const all: Record<string, string> = {
      "package.json": JSON.stringify({
        name: NAME,
        version: "1.2.3",
        license: "MIT",
        type: "module",
        exports: { ".": "./src/index.ts", "./package.json": "./package.json" },
        scripts: { test: "node --test" },
        keywords: ["nightjar-plugin"],
        engines: { nightjar: "^0.1.0" },
        peerDependencies: { "@nightjar/core": "^0.1.0" },
        devDependencies: { typescript: "*" },
        nightjar: {
          displayName: "Shop",
          kind: "camera",
          provides: ["camera-driver:shop"],
          icon: "./icon.svg",
        },
        files: ["data"],
        ...card,
      }),
      "README.md": "# Shop\n",
      LICENSE: "MIT\n",
      "icon.svg": "<svg/>",
      ".env": "SECRET=1",
      "notes.txt": "mine alone",
      "data/table.json": '{"path":"/live"}',
      "tests/driver.test.ts": "import '@nightjar/core/testing';",
      "src/index.ts": `import { definePlugin, Type } from "@nightjar/core";
import { shopDriver } from "./driver.ts";

export default definePlugin({
  name: "${NAME}",
  configSchema: Type.Object({ level: Type.Number({ title: "Level", default: 7 }) }),
  setup(nvr, config) {
    nvr.cameraDrivers.register(shopDriver(config.level));
  },
});
`,
      "src/driver.ts": `import { readFile } from "node:fs/promises";
import { type CameraDriver, Type } from "@nightjar/core";
import type { Table } from "./table.mts";

export function shopDriver(level: number): CameraDriver {
  return {
    id: "shop",
    displayName: "Shop",
    configSchema: Type.Object({ host: Type.String() }),
    async streams(config) {
      const { read } = await import("./table.mts");
      const table: Table = read(await readFile(new URL("../data/table.json", import.meta.url), "utf8"));
      return { main: { kind: "rtsp", url: \`rtsp://\${config["host"]}\${table.path}/\${level}\`, transport: "tcp" } };
    },
  };
}
`,
      "src/table.mts": `export interface Table { readonly path: string }
export const read = (text: string): Table => JSON.parse(text) as Table;
`,
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  /** What the command packs, without a process of its own. Gives the folder. */
  async function build(folder: string): Promise<string> {
    const target = dir.join(`built-${number}`);
    await buildPackage(folder, target);
    return target;
  }

  it("runs isolated from where its archive was unpacked, with all that it needs and nothing else", async () => {
    const run = pack(stranger(), dir.path);
    assert.equal(run.status, 0, run.said);
    const elsewhere = dir.join("elsewhere");
    mkdirSync(elsewhere);
    const unpacked = spawnSync("tar", ["-xzf", dir.join(`${NAME}-1.2.3.tgz`), "-C", elsewhere]);
    assert.equal(unpacked.status, 0);
    const folder = join(elsewhere, "package");
    await using nvr = await testNvr({ pluginFolder: folder, isolation: "process" });
    const streams = await nvr.streams({ host: "camera" });
    assert.equal(streams.main.url, "rtsp://camera/live/7");

    const read = (path: string): string => readFileSync(join(folder, path), "utf8");
    const card = JSON.parse(read("package.json")) as Record<string, unknown>;
    assert.deepEqual(card["exports"], {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    });
    assert.equal(card["scripts"], undefined);
    assert.equal(card["devDependencies"], undefined);
    assert.match(read("dist/index.d.ts"), /export default/);
    assert.match(read("dist/driver.d.ts"), /shopDriver\(level: number\): CameraDriver/);
    assert.match(read("config.schema.json"), /"title": "Level"/);
    for (const path of ["README.md", "LICENSE", "icon.svg", "dist/table.mjs"])
      assert.ok(read(path) !== "", path);
    for (const path of [".env", "notes.txt", "src", "tests"])
      assert.ok(!existsSync(join(folder, path)), path);
  });

  it("has the lines of its sources, so that a stack trace leads its author to the place", async () => {
    const folder = stranger();
    const built = await build(folder);
    const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n");
    const packed = lines(join(built, "dist/driver.js"));
    const source = lines(join(folder, "src/driver.ts"));
    assert.equal(packed.length, source.length);
    const line = source.findIndex((text) => text.includes("await import"));
    assert.match(packed[line] ?? "", /await import\("\.\/table\.mjs"\)/);
  });

  it("has the page that it brings, and says where one is missing", async () => {
    const nightjar = { kind: "camera", page: { folder: "panel", permission: "settings.view" } };
    await assert.rejects(build(stranger({}, { nightjar })), /names panel\/element\.js, which does not exist/);
    const files = { "panel/index.html": "<p>Shop", "panel/page.mjs": "export {};" };
    assert.ok(existsSync(join(await build(stranger(files, { nightjar })), "panel/page.mjs")));
    const element = { "panel/element.js": "export {};" };
    assert.ok(existsSync(join(await build(stranger(element, { nightjar })), "panel/element.js")));
  });

  it("may stand on packages of others, which are not packed but asked for", async () => {
    const folder = stranger(
      {
        "src/table.mts": `import { path } from "tiny";
export interface Table { readonly path: string }
export const read = (_text: string): Table => ({ path });
`,
        "node_modules/tiny/package.json":
          '{"name":"tiny","version":"1.0.0","type":"module","exports":"./index.js"}',
        "node_modules/tiny/index.js": 'export const path = "/tiny";',
        "src/index.ts": `import { definePlugin, Type } from "@nightjar/core";
import { shopDriver } from "./driver.ts";
import "./table.mts";
export default definePlugin({ name: "${NAME}", configSchema: Type.Object({}), setup(nvr) { nvr.cameraDrivers.register(shopDriver(1)); } });
`,
      },
      { dependencies: { tiny: "^1.0.0" } },
    );
    const built = await build(folder);
    assert.ok(!existsSync(join(built, "node_modules")));
    const card = JSON.parse(readFileSync(join(built, "package.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(card["dependencies"], { tiny: "^1.0.0" });
  });

  for (const name of ["camera-rtsp", "camera-demo"]) {
    it(`can be made of our own ${name}`, async () => {
      const to = dir.join(`ours-${name}`);
      mkdirSync(to);
      const run = pack(join(ROOT, "plugins", name), to, "--unpacked");
      assert.equal(run.status, 0, run.said);
      const folder = join(to, `nightjar-${name}-0.1.0`);
      assert.ok(existsSync(join(folder, "LICENSE")));
      await using nvr = await testNvr({ pluginFolder: folder, isolation: "process" });
      assert.equal(nvr.plugin().status, "running");
      const entry = (await import(pathToFileURL(join(folder, "config.schema.json")).href, {
        with: { type: "json" },
      })) as { default: { type: string } };
      assert.equal(entry.default.type, "object");
    });
  }

  const refused: [string, Record<string, string>, object, RegExp][] = [
    ["has a name that is none", {}, { name: "shop-cameras" }, /does not fit nightjar-<kind>-<name>/],
    ["brings a core of its own", {}, { dependencies: { "@nightjar/core": "1" } }, /second @nightjar\/core/],
    ["wants another Nightjar", {}, { engines: { nightjar: "^9.0.0" } }, /wants Nightjar \^9/],
    ["has no version", {}, { version: undefined }, /no version/],
    ["has no entry where it says", {}, { exports: "./src/main.ts" }, /main\.ts does not exist/],
    [
      "has an icon that is not there",
      {},
      { nightjar: { kind: "camera", icon: "./gone.svg" } },
      /names \.\/gone\.svg, which does not exist/,
    ],
    [
      "has its data left behind",
      {},
      { files: [] },
      /driver\.ts.* reads data\/table\.json|driver\.js reads data\/table\.json/,
    ],
    [
      "has syntax that Node cannot strip",
      {
        "src/table.mts":
          "export enum Bad { One }\nexport interface Table { path: string }\nexport const read = (t: string) => JSON.parse(t);",
      },
      {},
      /table\.mts: .*enum/i,
    ],
    [
      "imports a package that it does not name",
      {
        "src/table.mts":
          'import "left-pad";\nexport interface Table { path: string }\nexport const read = (t: string) => JSON.parse(t);',
      },
      {},
      /imports left-pad, which package\.json does not name/,
    ],
    [
      "imports the test kit",
      {
        "src/table.mts":
          'import "@nightjar/core/testing";\nexport interface Table { path: string }\nexport const read = (t: string) => JSON.parse(t);',
      },
      {},
      /a running plugin has @nightjar\/core alone/,
    ],
    [
      "names a source in a way that cannot be followed",
      {
        "src/table.mts":
          'export const worker = "./driver.ts";\nexport interface Table { path: string }\nexport const read = (t: string) => JSON.parse(t);',
      },
      {},
      /table\.mts:1 names "\.\/driver\.ts"/,
    ],
    [
      "throws when it is loaded",
      { "src/index.ts": 'throw new RangeError("no lens");' },
      {},
      /does not load: no lens/,
    ],
    [
      "throws when it is set up",
      {
        "src/index.ts": `import { definePlugin, Type } from "@nightjar/core";
          export default definePlugin({ name: "${NAME}", configSchema: Type.Object({}), setup() { throw new RangeError("no tripod"); } });`,
      },
      {},
      /packed, it does not run: .*no tripod/,
    ],
  ];
  it("is not made of what is refused, which the command says, and nothing is left behind", () => {
    // The first is refused by what its card says, the last by what becomes of it.
    for (const [, files, card, reason] of [refused[0], refused.at(-1)].filter((one) => one !== undefined)) {
      const to = dir.join(`refused-${number}`);
      mkdirSync(to);
      const run = pack(stranger(files, card), to);
      assert.equal(run.status, 1, run.out);
      assert.match(run.said, reason);
      assert.ok(!existsSync(join(to, `${NAME}-1.2.3.tgz`)));
    }
  });
  // The others by what the command calls.
  for (const [what, files, card, reason] of refused.slice(1, -1)) {
    it(`is not made of one that ${what}`, async () => {
      await assert.rejects(build(stranger(files, card)), (error) => {
        assert.ok(error instanceof NightjarError, String(error));
        assert.match(error.message, reason);
        return true;
      });
    });
  }
});
