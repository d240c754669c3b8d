// The identity card beyond its beginnings (plugins.test.ts): what it asks for, what it says of itself, and its picture.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { discoverPlugins } from "../../../../core/plugin/package/discovery.ts";
import { type PluginManifest, readManifest } from "../../../../core/plugin/package/manifest.ts";
import { networkLeave } from "../../../../core/plugin/package/permissions.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const CARD = {
  name: "nightjar-camera-test",
  version: "1.2.3",
  exports: "./index.js",
  keywords: ["nightjar-plugin"],
  engines: { nightjar: "^0.1.0" },
};

function read(own: object, card: object = {}): PluginManifest {
  const result = readManifest({ ...CARD, ...card, nightjar: own }, "0.1.0");
  assert.ok(result.ok, result.ok ? "" : result.reason);
  return result.manifest;
}

function refusal(own: object, card: object = {}): string {
  const result = readManifest({ ...CARD, ...card, nightjar: own }, "0.1.0");
  return result.ok ? "accepted" : result.reason;
}

describe("what a plugin asks to be allowed", () => {
  it("is nothing unless it says so", () => {
    assert.deepEqual(read({}).permissions, { network: false });
    assert.deepEqual(read({ permissions: {} }).permissions, { network: false });
    assert.deepEqual(read({ permissions: { network: [] } }).permissions, { network: false });
  });
  it("may be the network, with the hosts that it names", () => {
    assert.deepEqual(read({ permissions: { network: true } }).permissions, { network: true });
    const network = ["api.example.com", "*.example.org:8443", "10.0.0.7"];
    assert.deepEqual(read({ permissions: { network } }).permissions, { network });
  });
  for (const [what, permissions, reason] of [
    ["is no object", ["network"], /not an object/],
    ["is one that nobody has heard of", { "root-access": true }, /"root-access", which this Nightjar/],
    ["is neither true nor hosts", { network: "yes" }, /neither true nor a list/],
    ["names a host with a path", { network: ["example.com/x"] }, /host names/],
    ["names too many hosts", { network: Array.from({ length: 33 }, (_, n) => `h${n}`) }, /at most 32/],
    ["names something else than text", { network: [7] }, /host names/],
  ] as const) {
    it(`is refused when it ${what}`, () => assert.match(refusal({ permissions }), reason));
  }
  it("is granted unless its owner takes it away", () => {
    assert.equal(networkLeave({ network: true }, undefined), "granted");
    assert.equal(networkLeave({ network: ["a"] }, {}), "granted");
    assert.equal(networkLeave({ network: true }, { network: false }), "withheld");
    assert.equal(networkLeave({ network: false }, { network: true }), "unasked");
  });
});

describe("what a plugin says of itself", () => {
  it("is bounded: a long description is cut, and unseen letters are taken out of it", () => {
    const { description } = read({}, { description: `Cameras\u202e of\nmine ${"x".repeat(5_000)}` });
    assert.equal(description.length, 300);
    assert.match(description, /^Cameras {2}of mine x+…$/);
  });
  for (const [what, own, card, reason] of [
    ["a display name without end", { displayName: "x".repeat(81) }, {}, /displayName/],
    ["a display name that turns the writing round", { displayName: "Good\u202egnisoP" }, {}, /displayName/],
    ["a display name of two lines", { displayName: "a\nb" }, {}, /displayName/],
    ["a name without end", {}, { name: `nightjar-camera-${"x".repeat(300)}` }, /longer than 214/],
    ["a version that is none", {}, { version: "latest" }, /version/],
    ["an order that is no list of names", { after: "everyone" }, {}, /nightjar\.after/],
    ["more names to wait for than it may", { after: Array(65).fill("a") }, {}, /at most 64/],
    ["an entry outside its folder", {}, { exports: "../../../etc/passwd" }, /entry file/],
    ["an absolute path for its schema", { configSchema: "/etc/passwd" }, {}, /configSchema/],
    ["a picture outside its folder", { icon: "a/../../x.svg" }, {}, /icon/],
    ["a picture that is a page", { icon: "icon.html" }, {}, /\.svg or \.png/],
  ] as const) {
    it(`is refused with ${what}`, () => assert.match(refusal(own, card), reason));
  }
  it("has links where it is at home, which lead to the web and nowhere else", () => {
    for (const [repository, homepage, expected] of [
      [
        { type: "git", url: "git+https://example.com/a/b.git" },
        "https://example.com/",
        { homepage: "https://example.com/", repository: "https://example.com/a/b" },
      ],
      ["someone/plugin", undefined, { repository: "https://github.com/someone/plugin" }],
      ["gitlab:someone/plugin", undefined, { repository: "https://gitlab.com/someone/plugin" }],
      ["git://example.com/a.git", undefined, { repository: "https://example.com/a" }],
      ["javascript:alert(1)", "javascript:alert(1)", {}],
      ["git+ssh://git@example.com/a.git", "https://user:word@example.com", {}],
      [{ url: 7 }, 7, {}],
    ] as const) {
      assert.deepEqual(read({}, { repository, homepage }).links, expected);
    }
  });
});

describe("a plugin's picture", () => {
  const root = tempDir("nightjar-icon-");
  after(() => root.remove());
  const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
  let number = 0;

  async function found(icon: string, make: (folder: string) => void) {
    number += 1;
    const folder = root.join(`plugin-${number}`);
    mkdirSync(folder);
    writeFileSync(`${folder}/package.json`, JSON.stringify({ ...CARD, nightjar: { icon } }));
    make(folder);
    const { plugins, refused } = await discoverPlugins([{ bundled: false, folder }], "0.1.0");
    return { icon: plugins[0]?.icon, reason: refused[0]?.reason ?? "", folder };
  }

  it("is found below its folder", async () => {
    const png = await found("art/icon.png", (folder) => {
      mkdirSync(`${folder}/art`);
      writeFileSync(`${folder}/art/icon.png`, PNG);
    });
    assert.equal(png.icon, `${png.folder}/art/icon.png`);
    const svg = await found("./icon.svg", (folder) =>
      writeFileSync(`${folder}/icon.svg`, '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    );
    assert.equal(svg.icon, `${svg.folder}/icon.svg`);
  });
  it("that is not there, too large, another thing or a folder is refused", async () => {
    assert.match((await found("icon.png", () => undefined)).reason, /is not there/);
    const large = await found("icon.png", (folder) =>
      writeFileSync(`${folder}/icon.png`, Buffer.alloc(131_073)),
    );
    assert.match(large.reason, /at most 128 KiB/);
    const other = await found("icon.png", (folder) => writeFileSync(`${folder}/icon.png`, "<html>"));
    assert.match(other.reason, /not what its name says/);
    const page = await found("icon.svg", (folder) =>
      writeFileSync(`${folder}/icon.svg`, "<html><svg/></html>"),
    );
    assert.match(page.reason, /not what its name says/);
    assert.match((await found("icon.svg", (folder) => mkdirSync(`${folder}/icon.svg`))).reason, /no file/);
  });
  it("that is a link to somebody else's file is refused", async () => {
    writeFileSync(root.join("secret.svg"), "<svg/>");
    const linked = await found("icon.svg", (folder) => symlinkSync("../secret.svg", `${folder}/icon.svg`));
    assert.match(linked.reason, /outside its folder/);
    assert.equal(linked.icon, undefined);
  });
});
