import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { migrateConfig } from "../../../core/config/migrations.ts";
import { NightjarError } from "../../../core/errors.ts";
import { parseSettings } from "../../../core/settings/settings-document.ts";
import { processorMs } from "../../../core/testing/processor-time.ts";
import { hashPassword } from "../../../core/users/password-hash.ts";
import { cameraConfig, code } from "./settings-fixture.ts";

const hash = await hashPassword("heron lantern quarry");

function document(change: object = {}, config: object = {}): Record<string, unknown> {
  return {
    format: "nightjar-settings",
    version: 1,
    madeAt: "2026-01-01T00:00:00.000Z",
    madeBy: { version: "0.1.0", node: "Shop" },
    config: { version: 1, node: { id: "n1", name: "Shop" }, timeZone: "UTC", ...config },
    ...change,
  };
}

const account = {
  name: "kim",
  role: "viewer",
  enabled: true,
  passwordHash: hash,
  createdAtMs: 1,
  passwordChangedAtMs: 1,
  cameras: ["yard"],
};

describe("a settings file's content (attack list A12)", () => {
  it("is read with everything that config.json's defaults fill in", () => {
    const read = parseSettings(
      JSON.stringify(document({ secrets: { "camera/yard/password": "x" }, accounts: [account] })),
    );
    assert.equal(read.config.network.http.port, 8480);
    assert.equal(read.accounts?.[0]?.name, "kim");
  });

  const hostile: [string, unknown, RegExp][] = [
    ["a number", 5, /not a JSON object/],
    ["another format", { ...document(), format: "frigate" }, /nightjar-settings/],
    ["an unknown key", document({ extra: 1 }), /\/extra is not a known key/],
    ["a key of prototypes", JSON.parse('{"a":{"__proto__":{"polluted":true}}}'), /__proto__ is a name/],
    ["a constructor key", { ...document(), config: { constructor: { prototype: {} } } }, /may not be used/],
    [
      "two cameras of one id",
      document({}, { cameras: [cameraConfig("yard"), cameraConfig("yard")] }),
      /id of another/,
    ],
    [
      "a password in a camera's settings",
      document({}, { cameras: [cameraConfig("a", { password: "p" })] }),
      /secret/,
    ],
    [
      "two accounts whose names differ in case",
      document({ accounts: [account, { ...account, name: "KIM" }] }),
      /another account/,
    ],
    [
      "a name that paths could trip over",
      document({ accounts: [{ ...account, name: "../kim" }] }),
      /no user name/,
    ],
    ["a hash that is none", document({ accounts: [{ ...account, passwordHash: "x" }] }), /no hash/],
    [
      "a hash that would take a gigabyte",
      document({ accounts: [{ ...account, passwordHash: hash.replace("m=19456", "m=1048576") }] }),
      /no hash/,
    ],
    ["a secret of nobody", document({ secrets: { "tls/key": "x" } }), /secrets/],
    ["a configuration without version", document({}, { version: undefined }), /version is missing/],
  ];
  for (const [what, value, sentence] of hostile) {
    it(`is refused in a sentence with ${what}`, () => {
      assert.throws(
        () => parseSettings(JSON.stringify(value)),
        (error) =>
          error instanceof NightjarError && error.code === "NJ_SETTINGS_FILE" && sentence.test(error.message),
      );
    });
  }

  it("is refused at once when it holds millions of values", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));
    const entries = Array.from({ length: 90_000 }, () => ({}));
    for (const [value, sentence] of [
      [
        document({}, { cameras: [cameraConfig("a", { list: new Array(3_000_000).fill(0) })] }),
        /more than 100000 values/,
      ],
      [document(many(50)), /it has more than 20 entries/],
      [document({}, many(90_000)), /\/config has more than 100 entries/],
      [document({}, { cameras: entries }), /\/config\/cameras has more than 1024 entries/],
      [document({ accounts: entries }), /\/accounts has more than 500 entries/],
    ] as const) {
      const text = JSON.stringify(value);
      const took = processorMs(() =>
        assert.throws(
          () => parseSettings(text),
          (error) => error instanceof NightjarError && sentence.test(error.message),
        ),
      );
      // Checking them one by one took half a minute.
      assert.ok(took < 3_000, `${took} ms`);
    }
  });

  it("is refused when it is nested a million levels deep, or cut off", () => {
    const deep = `{"format":"nightjar-settings","a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`;
    assert.throws(() => parseSettings(deep), code("NJ_SETTINGS_FILE"));
    assert.throws(() => parseSettings(JSON.stringify(document()).slice(0, -5)), code("NJ_SETTINGS_FILE"));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  it("is refused as newer when the file or the configuration in it is of a later version", () => {
    for (const value of [document({ version: 2 }), document({}, { version: 2 })]) {
      assert.throws(
        () => parseSettings(JSON.stringify(value)),
        (error) =>
          error instanceof NightjarError &&
          error.code === "NJ_SETTINGS_NEWER" &&
          /newer Nightjar/.test(error.message),
      );
    }
  });

  it("of an older version goes through the migrations of config.json", () => {
    const old = document({}, { timeZone: undefined, zone: "Europe/Berlin" });
    const migrations = new Map([
      [1, ({ zone, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, timeZone: zone })],
    ]);
    const { config } = parseSettings(JSON.stringify(old), (path, parsed) => {
      // As if this version had been preceded by one that called the time zone otherwise.
      const { value } = migrateConfig(path, parsed, migrations, 2);
      return { value: { ...value, version: 1 }, from: 1 };
    });
    assert.equal(config.timeZone, "Europe/Berlin");
  });
});
