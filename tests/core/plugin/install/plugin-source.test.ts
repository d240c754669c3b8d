// What people type to install a plugin, and what is refused.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import { parsePluginSource } from "../../../../core/plugin/install/plugin-source.ts";

const SOURCES = {
  "nightjar-camera-x": { kind: "registry", name: "nightjar-camera-x", wanted: "latest" },
  " nightjar-camera-x ": { kind: "registry", name: "nightjar-camera-x", wanted: "latest" },
  "@scope/nightjar-vca-x": { kind: "registry", name: "@scope/nightjar-vca-x", wanted: "latest" },
  "nightjar-camera-x@1.2.3": { kind: "registry", name: "nightjar-camera-x", wanted: "1.2.3" },
  "nightjar-camera-x@1.2.3-beta.1": { kind: "registry", name: "nightjar-camera-x", wanted: "1.2.3-beta.1" },
  "@scope/nightjar-vca-x@next": { kind: "registry", name: "@scope/nightjar-vca-x", wanted: "next" },
  "/tmp/some thing.tgz": { kind: "tarball", path: "/tmp/some thing.tgz" },
  "file:/tmp/a.tar.gz": { kind: "tarball", path: "/tmp/a.tar.gz" },
  "file:///tmp/a.tgz": { kind: "tarball", path: "/tmp/a.tgz" },
  "/srv/nightjar-camera-x": { kind: "folder", path: "/srv/nightjar-camera-x" },
};

const REFUSED = {
  "": /a plugin's name, the path/,
  "left-pad": /no plugin's name/,
  "nightjar-camera-x@^1.0.0": /neither an exact version nor a tag/,
  "nightjar-camera-x@1.x": /neither an exact version nor a tag/,
  "nightjar-camera-x@": /neither an exact version nor a tag/,
  "nightjar-camera-x@npm:left-pad@1.0.0": /neither an exact version nor a tag/,
  "nightjar-camera-x@https://example.org/x.tgz": /not installed from addresses/,
  "https://example.org/x.tgz": /not installed from addresses/,
  "git+ssh://git@example.org/x.git": /not installed from addresses/,
  "github:someone/nightjar-camera-x": /not installed from addresses/,
  "./x.tgz": /relative path/,
  "x.tgz": /relative path/,
  "../nightjar-camera-x": /relative path/,
  "--registry=http://example.org": /no plugin's name/,
  "nightjar-camera-x\n--global": /a plugin's name, the path/,
  "@scope/nightjar-camera-x/../../etc": /no plugin's name/,
};

describe("the source of a plugin", () => {
  for (const [text, source] of Object.entries(SOURCES)) {
    it(`"${text}" is read as ${source.kind}`, () => assert.deepEqual(parsePluginSource(text), source));
  }

  for (const [text, reason] of Object.entries(REFUSED)) {
    it(`${JSON.stringify(text)} is refused with the reason`, () => {
      assert.throws(
        () => parsePluginSource(text),
        (error) =>
          error instanceof NightjarError && error.code === "NJ_PLUGIN_SOURCE" && reason.test(error.message),
      );
    });
  }
});
