// The floors of the house (docs/architecture.md) as tests: a room imports only from its own floor's rooms and below.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT, sourcesBelow, targetOf } from "./source-tree.ts";

/** Rooms from the ground up. A room may import from its own floor and those below. */
const FLOORS: readonly (readonly string[])[] = [
  [
    "errors.ts",
    "log.ts",
    "clock.ts",
    "core-hook.ts",
    "spare-threads.ts",
    "version.ts",
    "node-http.ts",
    "domain",
    "link",
    "errors-catalogue.ts",
  ],
  ["config", "db", "media"],
  ["plugin"],
  [
    "alarm",
    "alarm-io",
    "linkage",
    "recording",
    "playback",
    "cameras",
    "cluster",
    "pos",
    "explain",
    "users",
    "settings",
    "system",
  ],
  ["http", "gateway", "mqtt", "analysis", "flows"],
  ["control"],
  ["supervisor", "cli", "main.ts"],
];

/** Rooms inside the gateway, from the ground up; the files beside them wire them together. */
const GATEWAY_FLOORS: readonly (readonly string[])[] = [
  ["doors", "footage"],
  ["live", "playback"],
  ["download", "restream"],
];

/** Contracts that name what both sides agree upon may be read from below. */
const CONTRACTS = new Set([
  "core/supervisor/process-contract.ts",
  "core/supervisor/data-lock.ts",
  "core/gateway/protocol.ts",
]);

function floorOf(path: string): number {
  const room = path.split("/")[1] ?? "";
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

describe("the floors of core", () => {
  const files = sourcesBelow("core").filter(({ path }) => !/^core\/(index\.ts|testing\/|bin\/)/.test(path));

  it("has a place for every room", () => {
    assert.deepEqual(
      files.filter(({ path }) => floorOf(path) === -1).map(({ path }) => path),
      [],
    );
  });

  it("lets imports point downwards only", () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of file.imports) {
        const target = targetOf(file, specifier);
        if (target === undefined || !target.startsWith("core/") || CONTRACTS.has(target)) continue;
        if (target === "core/package.json") continue;
        if (floorOf(target) > floorOf(file.path)) wrong.push(`${file.path} imports ${target}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("holds inside the gateway too: doors and footage below, the ways of watching above them", () => {
    const floorIn = (path: string): number => {
      const room = /^core\/gateway\/([^/]+)\//.exec(path)?.[1];
      return room === undefined ? -1 : GATEWAY_FLOORS.findIndex((rooms) => rooms.includes(room));
    };
    const wrong = files
      .filter(({ path }) => /^core\/gateway\/[^/]+\//.test(path))
      .flatMap((file) => file.imports.map((specifier) => ({ file, target: targetOf(file, specifier) ?? "" })))
      .filter(
        ({ file, target }) =>
          floorIn(target) > floorIn(file.path) ||
          /^core\/gateway\/(run-gateway|gateway-server|media-services)\.ts$/.test(target),
      )
      .map(({ file, target }) => `${file.path} imports ${target}`);
    assert.deepEqual(wrong, []);
  });

  it("keeps the media process free of recording, plugins and the database", () => {
    const wrong = files
      .filter(({ path }) => path.startsWith("core/media/"))
      .flatMap((file) => file.imports.map((specifier) => ({ file, target: targetOf(file, specifier) })))
      .filter(
        ({ target }) =>
          target !== undefined && /^core\/(recording|plugin|db|config|cameras|users|http)\//.test(target),
      )
      .map(({ file, target }) => `${file.path} imports ${target}`);
    assert.deepEqual(wrong, []);
  });

  it("keeps the test kit out of the product", () => {
    const wrong = files
      .filter((file) =>
        file.imports.some((specifier) => targetOf(file, specifier)?.startsWith("core/testing/")),
      )
      .map(({ path }) => path);
    assert.deepEqual(wrong, []);
  });
});

describe("plugins", () => {
  it("import @nightjar/core, Node, themselves and the packages that their cards name, in tests the test kit too, and nothing else of the house", () => {
    const wrong: string[] = [];
    for (const file of sourcesBelow("plugins")) {
      const own = file.path.split("/").slice(0, 2).join("/");
      const card = JSON.parse(readFileSync(join(ROOT, own, "package.json"), "utf8")) as {
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly devDependencies?: Readonly<Record<string, string>>;
      };
      const needed = Object.keys(card.dependencies ?? {});
      const forTests = Object.keys(card.devDependencies ?? {});
      for (const specifier of file.imports) {
        const target = targetOf(file, specifier);
        const isTest = file.path.includes("/tests/");
        const allowed =
          target === undefined
            ? specifier === "@nightjar/core" ||
              specifier.startsWith("node:") ||
              needed.includes(specifier) ||
              (isTest && (specifier.startsWith("@nightjar/core/") || forTests.includes(specifier)))
            : target.startsWith(`${own}/`);
        if (!allowed) wrong.push(`${file.path} imports ${specifier}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});

describe("the interface", () => {
  it("shares with the recorder only modules that are made for browsers", () => {
    const wrong: string[] = [];
    for (const file of sourcesBelow("ui")) {
      if (/^ui\/(tests|vite\.config)/.test(file.path)) continue;
      for (const specifier of file.imports) {
        const target = targetOf(file, specifier);
        const leavesHome = target !== undefined && !target.startsWith("ui/");
        const foreign =
          specifier.startsWith("@nightjar/core") &&
          !["@nightjar/core/wire", "@nightjar/core/mp4"].includes(specifier);
        if (leavesHome || foreign || specifier.startsWith("node:"))
          wrong.push(`${file.path} imports ${specifier}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
