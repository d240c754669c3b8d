// Fuzz targets of what people and strangers write as text: config.json, Cookie headers, addresses in messages.
import { ConfigInvalidError } from "../../../core/config/config-errors.ts";
import { initialConfig } from "../../../core/config/initial-config.ts";
import { parseConfig } from "../../../core/config/parse-config.ts";
import { hasUrlCredentials, redactUrl } from "../../../core/domain/redact-url.ts";
import { NightjarError } from "../../../core/errors.ts";
import { cookieValue } from "../../../core/http/credentials.ts";
import { isSealed, MAGIC, readSealHeader } from "../../../core/settings/sealed-file.ts";
import { parseSettings } from "../../../core/settings/settings-document.ts";
import type { FuzzTarget } from "../fuzz-targets.ts";

const camera = {
  id: "yard",
  name: "Yard",
  driver: "rtsp",
  config: { url: "rtsp://10.0.0.2/", transport: "tcp" },
  record: { mode: "manual", retentionDays: 7, quotaBytes: 1e9 },
};

const configs = [
  {},
  initialConfig(),
  { ...initialConfig(), plugins: { "nightjar-camera-far": { config: { host: "far" } } } },
  { ...initialConfig(), cameras: [camera], network: { http: { port: 1 }, trustedProxies: ["10.0.0.0/8"] } },
].map((config) => Buffer.from(JSON.stringify(config)));

const settings = configs.map((config) =>
  Buffer.from(
    JSON.stringify({
      format: "nightjar-settings",
      version: 1,
      madeAt: "2026-01-01T00:00:00.000Z",
      madeBy: { version: "0.1.0", node: "Shop" },
      config: { version: 1, ...(JSON.parse(config.toString()) as object) },
      secrets: { "camera/yard/password": "x", "plugin/nightjar-camera-far/settings/key": "y" },
      accounts: [],
    }),
  ),
);
const sealHeader = Buffer.concat([MAGIC, Buffer.of(1, 16, 8, 2), Buffer.alloc(60)]);

const texts = [
  "rtsp://admin:secret@10.0.0.2:554/Streaming/Channels/101?token=abc&x=1",
  "__Host-nightjar=nj_abc; theme=dark; nightjar=",
  "cannot open http://a:b@h/, then https://c@d/?password=e;auth=f",
].map((text) => Buffer.from(text));

export const configFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "config-json",
    corpus: () => configs,
    run(bytes) {
      try {
        parseConfig(bytes.toString("utf8"));
      } catch (error) {
        if (!(error instanceof ConfigInvalidError)) throw error;
      }
    },
  },
  {
    name: "settings-file",
    inputs: 20_000,
    corpus: () => [...settings, sealHeader],
    run(bytes) {
      try {
        if (isSealed(bytes)) readSealHeader(bytes);
        else parseSettings(bytes.toString("utf8"));
      } catch (error) {
        const known = error instanceof NightjarError && /^NJ_SETTINGS_(FILE|NEWER)$/.test(error.code);
        if (!known) throw error;
      }
    },
  },
  {
    name: "texts-of-strangers",
    corpus: () => texts,
    run(bytes) {
      const text = bytes.toString("utf8");
      cookieValue(text, "__Host-nightjar");
      hasUrlCredentials(text);
      if (/\/\/[^\s/?#"'<>]*:[^\s/?#"'<>]*@/.test(redactUrl(text).replaceAll("//***@", " "))) {
        throw new NightjarError("NJ_TEST_LEAK", "internal", "an address kept its credentials");
      }
    },
  },
];
