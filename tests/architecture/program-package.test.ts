// The package that is published names what the recorder runs with, exactly and wholly, and nothing that only builders need.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { coreCard, programCard } from "../../scripts/build-packages/cards.ts";
import { shrinkwrap } from "../../scripts/build-packages/shrinkwrap.ts";
import { ROOT } from "./source-tree.ts";

type Json = Record<string, unknown>;
const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Json;

describe("the published package", () => {
  const root = json("package.json");
  const core = json("core/package.json");
  const lock = json("package-lock.json");
  const card = programCard(root, core, ["koa", "luxon"]);
  const { packages } = shrinkwrap(card, lock) as { packages: Record<string, Json> };

  it("names exact versions of what the core needs, but for what lies inside", () => {
    const { koa: _koa, luxon: _luxon, ...needed } = core["dependencies"] as Record<string, string>;
    assert.deepEqual(card["dependencies"], needed);
    for (const [name, version] of Object.entries(card["dependencies"] as Record<string, string>)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.equal(packages[`node_modules/${name}`]?.["version"], version, name);
      assert.equal(packages[`node_modules/${name}`]?.["optional"], undefined, name);
    }
  });

  it("locks what is reached, each with its checksum, and nothing that is for builders alone", () => {
    const builders = Object.keys(root["devDependencies"] as Json);
    assert.ok(Object.keys(packages).length > 80);
    assert.deepEqual(
      builders.filter(
        (name) => !name.startsWith("@types/") && packages[`node_modules/${name}`] !== undefined,
      ),
      [],
    );
    for (const [place, { integrity, inBundle }] of Object.entries(packages)) {
      if (place !== "" && inBundle !== true) assert.match(String(integrity), /^sha512-/, place);
    }
  });

  it("lets an installation leave out what is optional, with all that only this brings", () => {
    assert.equal(packages["node_modules/sqlite3"]?.["optional"], true);
    const asNodeFinds = (from: string, name: string): Json | undefined => {
      const beside = packages[`${from === "" ? "" : `${from}/`}node_modules/${name}`];
      return (
        beside ??
        (from === ""
          ? undefined
          : asNodeFinds(from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), name))
      );
    };
    for (const [place, { optional, inBundle, dependencies }] of Object.entries(packages)) {
      if (optional === true || inBundle === true) continue;
      for (const name of Object.keys((dependencies ?? {}) as Json)) {
        const found = asNodeFinds(place, name);
        assert.ok(found !== undefined && found["optional"] !== true, `${place || "itself"} needs ${name}`);
      }
    }
  });

  it("is not built from a lock file that lacks something", () => {
    const { "node_modules/pino": _pino, ...rest } = lock["packages"] as Json;
    assert.throws(() => shrinkwrap(card, { ...lock, packages: rest }), /has no pino/);
  });

  it("gives authors of plugins declarations behind every door of the core", () => {
    const { exports, dependencies } = coreCard(core) as {
      exports: Record<string, { types: string; default: string }>;
      dependencies?: object;
    };
    assert.deepEqual(exports["."], { types: "./index.d.ts", default: "./index.js" });
    assert.deepEqual(exports["./testing"], { types: "./testing/index.d.ts", default: "./testing/index.js" });
    assert.equal(dependencies, undefined);
  });
});
