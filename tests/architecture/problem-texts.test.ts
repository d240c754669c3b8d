// What the interface can be told is wrong has its words in every language: error codes, faults of streams, alarms, states
// of volumes, refusals of plugins. The codes are read from the sources; those left out are listed with the reason.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { REPLACED } from "../../core/control/replaced-disks.ts";
import { errorCodes } from "../../scripts/error-codes.ts";

const ROOT = join(import.meta.dirname, "../..");
/** English may be the recorder's own sentence. */
const TRANSLATED = ["de", "es", "zh"] as const;

/** Codes that no page of the interface is answered with, by who meets them. */
const NOT_SHOWN: Readonly<Record<string, readonly string[]>> = {
  "the command line, which speaks English": [
    "NJ_BENCH_MISSING",
    "NJ_CLI_FILE",
    "NJ_CLI_USAGE",
    "NJ_CORE_NOT_STARTED",
    "NJ_DATA_DIR_BUSY",
    "NJ_DATA_DIR_UNUSABLE",
    "NJ_DATA_NOT_NEWER",
    "NJ_DATA_NO_BACKUP",
    "NJ_DATA_OLDER",
    "NJ_DATA_TOO_NEW",
    "NJ_DB_TOO_NEW",
    "NJ_DB_TOO_OLD",
    "NJ_FSCK_READ",
    "NJ_FSCK_RUNNING",
    "NJ_NOT_RUNNING",
    "NJ_PLUGIN_FOLDER",
    "NJ_PLUGIN_KIND",
    "NJ_PLUGIN_NAME",
    "NJ_SERVICE_DATA",
    "NJ_SERVICE_FOREIGN_UNIT",
    "NJ_SERVICE_NOT_INSTALLED",
    "NJ_SERVICE_PATH",
    "NJ_SERVICE_PROGRAM",
    "NJ_SERVICE_ROOT",
    "NJ_SERVICE_SYSTEM",
    "NJ_SERVICE_UNIT_FILE",
  ],
  "programs that ask as no page of ours does": [
    "NJ_BAD_REQUEST",
    "NJ_BODY_MALFORMED",
    "NJ_LINKAGE_NO_EVENT",
    "NJ_CLIP_SOUND",
    "NJ_CONTENT_TYPE",
    "NJ_CROSS_ORIGIN",
    "NJ_HEADERS_TOO_LARGE",
    "NJ_METHOD_NOT_ALLOWED",
    "NJ_MQTT_BUSY",
    "NJ_MQTT_CLIENT_ID",
    "NJ_MQTT_PICTURE_SIZE",
    "NJ_MQTT_REQUEST",
    "NJ_MQTT_REQUEST_LATE",
    "NJ_PICTURE_WIDTH",
    "NJ_RANGE_UNSATISFIABLE",
    "NJ_RTSP_REQUEST_INVALID",
    "NJ_SNAPSHOT_TIME",
    "NJ_SNAPSHOT_WIDTH",
    "NJ_STREAM_CUT",
    "NJ_STREAM_INVALID",
    "NJ_UPGRADE_REQUIRED",
  ],
  "holders of API tokens, which the interface does not act with": ["NJ_TOKEN_REACH", "NJ_TOKEN_REFUSED"],
  "the log alone: handled inside, or a fault of the program told as NJ_INTERNAL": [
    "NJ_ADTS_INVALID",
    "NJ_CLIP_INVALID",
    "NJ_FFMPEG_ABORTED",
    "NJ_FLV_INVALID",
    "NJ_INVENTORY_UNKNOWN",
    "NJ_MISMATCH",
    "NJ_MP4_CODEC_UNSUPPORTED",
    "NJ_MP4_INVALID",
    "NJ_PATH_OUTSIDE",
    "NJ_READ_TOO_LARGE",
    "NJ_ROUTE_WITHOUT_POLICY",
    "NJ_RTSP_LISTEN_FAILED",
    "NJ_RTSP_PORTS_BUSY",
    "NJ_THREAD_LOST",
  ],
};

function textsOf(language: string): Readonly<Record<string, string>> {
  const path = join(ROOT, `ui/src/locale/problems/${language}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}

function source(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))];
}

/** States of volumes that are alarms, as `volume-full`. */
function volumeCodes(): string[] {
  const union = /export type VolumeStatus =([^;]+);/.exec(source("core/media/protocol.ts"))?.[1] ?? "";
  return found(union, /"([a-z-]+)"/g)
    .filter((status) => status !== "normal")
    .map((status) => `volume-${status}`);
}

/** What the recorder finds wrong with itself, as `clock-stepped`; each may be told apart by cases only. */
function alarmCodes(): string[] {
  const places = [
    "recorder-problems",
    "port-problems",
    "standing-problems",
    "run-core",
    "../mqtt/broker-connection",
  ];
  const text = places.map((name) => source(`core/control/${name}.ts`)).join("");
  return [...found(text, /\bcode: "([a-z][a-z-]+)"/g), REPLACED];
}

const texts = Object.fromEntries(["en", ...TRANSLATED].map((language) => [language, textsOf(language)]));
const codes = errorCodes(ROOT);
const notShown = new Set(Object.values(NOT_SHOWN).flat());

function hasText(language: string, code: string): boolean {
  return Object.keys(texts[language] ?? {}).some((key) => key === code || key.startsWith(`${code}.`));
}

for (const language of TRANSLATED) {
  describe(`what can be wrong, in ${language}`, () => {
    it("has words for every error code that a page can be answered with", () => {
      const missing = [...codes.keys()].filter((code) => !notShown.has(code) && !hasText(language, code));
      assert.deepEqual(missing, [], `add words to ui/src/locale/problems/${language}.json`);
    });

    it("has words for every alarm and every state of a volume", () => {
      const wanted = [...alarmCodes(), ...volumeCodes()];
      assert.ok(wanted.length > 10, wanted.join());
      assert.deepEqual(
        wanted.filter((code) => !hasText(language, code)),
        [],
      );
    });

    it("has words for every reason why a plugin's package is refused", () => {
      const cases = [
        ...found(source("core/plugin/package/manifest.ts"), /\brefuse\("([a-z-]+)"/g),
        ...found(source("core/plugin/package/discovery.ts"), /\bcase: "([a-z-]+)"/g),
      ];
      assert.ok(cases.length > 10);
      assert.deepEqual(
        cases.filter((one) => texts[language]?.[`NJ_PLUGIN_REFUSED.${one}`] === undefined),
        [],
      );
    });

    it("names the same things as in German, and leaves room for the recorder's words in the same places", () => {
      assert.deepEqual(Object.keys(texts[language] ?? {}).sort(), Object.keys(texts["de"] ?? {}).sort());
      for (const [key, text] of Object.entries(texts[language] ?? {})) {
        const german = texts["de"]?.[key] ?? "";
        assert.deepEqual(found(text, /\{(\w+)\}/g).sort(), found(german, /\{(\w+)\}/g).sort(), key);
        assert.equal(/[:：]$/.test(text), /:$/.test(german), `${key}: ends with a colon`);
        assert.match(text, /[.。:：?？]$/, key);
        assert.match(text, /^[\p{Lu}\p{Script=Han}\d[{¿“]|^(?:config|secrets|ffmpeg|nightjar|npm)\b/u, key);
      }
    });
  });
}

describe("words for what can be wrong", () => {
  it("are there for codes that exist only", () => {
    const alarms = new Set([...alarmCodes(), ...volumeCodes(), "process-ended"]);
    for (const [language, own] of Object.entries(texts)) {
      const stale = Object.keys(own)
        .map((key) => key.replace(/\..*$/, ""))
        .filter((code) => !codes.has(code) && !alarms.has(code));
      assert.deepEqual(stale, [], language);
    }
  });

  it("are left out for codes that exist only", () => {
    assert.deepEqual(
      [...notShown].filter((code) => !codes.has(code)),
      [],
    );
  });
});
