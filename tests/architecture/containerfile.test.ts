// The Containerfile fits the project: what it copies is there, what it installs exists, what it runs is the command line.
// Whether the image builds is not tried: that takes podman or docker. tests/integration/container-build.test.ts builds from its files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { ConfigSchema } from "../../core/config/config-schema.ts";
import { all, copies, instructions, isIgnored, last } from "../support/containerfile.ts";
import { ROOT } from "./source-tree.ts";

/** Sources of COPY from the checkout. */
const copied = copies.flatMap(({ sources }) => sources);
const packages = all("RUN").flatMap(
  (text) => /--no-install-recommends ([a-z0-9 .+-]+?) (?:&&|$)/.exec(text)?.[1]?.split(" ") ?? [],
);

describe("the Containerfile", () => {
  it("copies what is there and is not ignored", () => {
    assert.ok(copied.length > 5);
    for (const path of copied) {
      assert.ok(existsSync(join(ROOT, path)), path);
      assert.ok(!isIgnored(path), `${path} is ignored`);
    }
  });

  it("ignores nothing that the core is made of", () => {
    const files = globSync("core/**", { cwd: ROOT, exclude: ["**/node_modules"] });
    assert.ok(files.length > 200);
    assert.deepEqual(files.filter(isIgnored), []);
  });

  it("ignores alike for podman and docker", () => {
    assert.equal(
      readFileSync(join(ROOT, ".dockerignore"), "utf8"),
      readFileSync(join(ROOT, ".containerignore"), "utf8"),
    );
  });

  it("fetches packages before it copies sources, with the package.json of every workspace", () => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      workspaces: string[];
    };
    const install = instructions.findIndex(({ text }) => text.includes(" npm ci "));
    const before = instructions.slice(0, install).map(({ text }) => text);
    for (const manifest of workspaces.flatMap((pattern) =>
      globSync(`${pattern}/package.json`, { cwd: ROOT }),
    )) {
      const line = `${manifest} ${dirname(manifest)}/`;
      assert.ok(before.includes(line), `add before npm ci: COPY ${line}`);
      const folder = manifest.split("/")[0] ?? "";
      const sources = instructions.findIndex(({ text }) => text === `${folder} ${folder}`);
      assert.ok(sources > install, `${folder} is copied after npm ci`);
    }
  });

  it("installs packages that Debian has", { skip: !existsSync("/etc/debian_version") }, (context) => {
    assert.ok(
      ["bubblewrap", "ca-certificates", "ffmpeg", "nodejs", "npm"].every((name) => packages.includes(name)),
    );
    // Without the lists of the distribution, apt knows what is installed and nothing else.
    const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    const lists = globSync(`/var/lib/apt/lists/*_dists_${codename}_main_binary-*_Packages*`);
    const known = spawnSync("apt-cache", ["show", "--no-all-versions", ...packages], { encoding: "utf8" });
    if (lists.length === 0 || known.error !== undefined) {
      context.skip("apt is not here, or has no lists of Debian's packages");
      return;
    }
    const names = [...known.stdout.matchAll(/^Package: (.+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      packages.filter((name) => !names.includes(name)),
      [],
    );
  });

  it("runs as a user that is nobody else's, on the data directory that it keeps", () => {
    const user = last("USER");
    assert.equal(user, "nightjar");
    assert.ok(all("RUN").some((text) => text.startsWith("useradd --system") && text.includes(` ${user} `)));
    assert.equal(last("VOLUME"), "/var/lib/nightjar");
    assert.ok(all("ENV").includes("NIGHTJAR_DATA=/var/lib/nightjar"));
    // After USER nothing may need root any more.
    const at = instructions.findIndex(({ name }) => name === "USER");
    assert.ok(instructions.slice(at).every(({ name }) => name !== "RUN" && name !== "COPY"));
  });

  it("opens the port that answers the network, and no other", () => {
    const network = (ConfigSchema as unknown as Schema).properties["network"];
    const port = network?.properties?.["https"]?.properties?.["port"]?.default;
    assert.equal(last("EXPOSE"), `${port}/tcp`);
  });

  it("starts, stops and is asked for its health by the command line", () => {
    assert.deepEqual(JSON.parse(last("ENTRYPOINT")), ["tini", "--", "nightjar"]);
    assert.deepEqual(JSON.parse(last("CMD")), ["start"]);
    assert.equal(last("STOPSIGNAL"), "SIGTERM");
    assert.match(last("HEALTHCHECK"), /CMD \["nightjar", "status", "--json"\]$/);
    assert.ok(packages.includes("tini"));
    for (const [, target] of all("RUN")
      .join("\n")
      .matchAll(/ln -s \/opt\/nightjar\/(core\/\S+)/g)) {
      assert.ok(statSync(join(ROOT, target ?? "")).mode & 0o100, `${target} can be run`);
    }
  });

  it("is built and run by the commands of the guide", () => {
    const guide = readFileSync(join(ROOT, "docs/guide/getting-started.md"), "utf8");
    assert.match(guide, /podman build [^\n]*-t nightjar \./);
    assert.match(guide, /podman run [\s\S]*-p 8443:8443 [\s\S]*:\/var\/lib\/nightjar/);
  });
});

interface Schema {
  readonly properties: Record<string, Schema>;
  readonly default?: unknown;
}
