// Writes the references in docs/reference that follow from code: `node scripts/write-docs.ts [--check]`.
//   config.md  from the schema of config.json
//   http.md    from the routes of the API
//   rights.md  from their policies and the rights of roles
//   events.md  from the catalogue of event types
//   mqtt.md    from the table of MQTT topics
//   hooks.md   from the catalogue of hooks
//   plugin-api.md, plugin-quality.md  from what plugins may import, and from the rules of their quality
//   ui/src/api/generated.ts  types of the interface's HTTP client, from the API's description
//   errors.md  its explanations are written by hand; only the column of HTTP statuses is brought up to date
// With --check nothing is written; exit code 1 says that something is stale.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TSchema } from "typebox";
import { ConfigSchema } from "../core/config/config-schema.ts";
import { GATEWAY_ROUTES } from "../core/http/gateway-routes.ts";
import { openApiDocument, policyText } from "../core/http/openapi.ts";
import { apiTypes } from "./api-types.ts";
import { documentedRoutes } from "./documented-routes.ts";
import { errorCodes } from "./error-codes.ts";
import { eventsPage } from "./events-page.ts";
import { hooksPage } from "./hooks-page.ts";
import { mqttPage } from "./mqtt-page.ts";
import { pluginApiPage, pluginQualityPage } from "./plugin-pages.ts";
import { rightsPage } from "./rights-page.ts";

const ROOT = join(import.meta.dirname, "..");
const MADE = "<!-- Written by scripts/write-docs.ts: change the code, not this page. -->";

/** The generated pages: path below the root → text. */
export function generatedDocs(): Map<string, string> {
  const errors = "docs/reference/errors.md";
  return new Map([
    ["docs/reference/config.md", configPage()],
    ["docs/reference/http.md", httpPage()],
    ["docs/reference/events.md", eventsPage(MADE)],
    ["docs/reference/rights.md", rightsPage(MADE, documentedRoutes())],
    ["docs/reference/hooks.md", hooksPage(MADE)],
    ["docs/reference/mqtt.md", mqttPage(MADE)],
    ["docs/reference/plugin-api.md", pluginApiPage(ROOT, MADE)],
    ["docs/reference/plugin-quality.md", pluginQualityPage(MADE)],
    ["ui/src/api/generated.ts", apiTypesFile()],
    [errors, withStatuses(readFileSync(join(ROOT, errors), "utf8"))],
  ]);
}

type Json = Record<string, unknown>;

function configPage(): string {
  const lines = [
    "# config.json",
    "",
    MADE,
    "",
    "The configuration of a recorder, in its data directory. It may be edited by hand while Nightjar runs: a good edit is in",
    "force within a second, a bad one is refused, naming the place, and the old one stays. Passwords are not in it: they lie",
    "sealed in `secrets.json`. `config.schema.json` beside it lets editors check it.",
    "",
    ...section(ConfigSchema, "", 2),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function section(schema: TSchema, path: string, level: number): string[] {
  const { properties, required } = schema as unknown as {
    properties: Record<string, TSchema>;
    required?: string[];
  };
  const rows: string[] = [];
  const below: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const json = property as unknown as Json;
    const place = path === "" ? name : `${path}.${name}`;
    const inner = json["type"] === "array" ? (json["items"] as TSchema) : (recordValue(json) ?? property);
    const isSection = (inner as unknown as Json)["properties"] !== undefined;
    const preset = json["default"] === undefined || isSection ? "" : code(json["default"]);
    const needed =
      required?.includes(name) === true && json["default"] === undefined && !isSection ? "needed" : preset;
    rows.push(`| \`${name}\` | ${typeText(json)} | ${needed} | ${cell(String(json["description"] ?? ""))} |`);
    if (isSection) {
      const suffix = json["type"] === "array" ? "[]" : inner === property ? "" : ".<name>";
      const intro =
        inner === property || !("description" in inner)
          ? []
          : [String((inner as unknown as Json)["description"]), ""];
      below.push(`${"#".repeat(Math.min(level, 5))} \`${place}${suffix}\``, "", ...intro);
      below.push(...section(inner, `${place}${suffix}`, level + 1));
    }
  }
  const table = ["| key | type | default | meaning |", "|---|---|---|---|", ...rows, ""];
  return [...table, ...below];
}

function recordValue(json: Json): TSchema | undefined {
  const patterns = json["patternProperties"] as Record<string, TSchema> | undefined;
  return patterns === undefined ? undefined : Object.values(patterns)[0];
}

function typeText(json: Json): string {
  if (Array.isArray(json["enum"])) return json["enum"].map(code).join(" ");
  if (Array.isArray(json["anyOf"])) return (json["anyOf"] as Json[]).map(typeText).join(" or ");
  const bounds = [json["minimum"], json["maximum"]];
  const range = bounds.every((bound) => bound === undefined) ? "" : ` ${bounds[0] ?? ""}…${bounds[1] ?? ""}`;
  return `${String(json["type"] ?? "any")}${range}`;
}

function httpPage(): string {
  const lines = [
    "# The HTTP API",
    "",
    MADE,
    "",
    "JSON under `/api/v1`; times are ISO 8601 in UTC; problems are `application/problem+json` with a stable code",
    "([errors.md](errors.md)). `GET /api/v1/openapi.json` describes every shape. Programs send `Authorization: Bearer <token>` (from",
    "`POST /session`); browsers have a cookie, with which changes must come from the recorder's own pages. A camera that an",
    "account may not see does not exist for it (404).",
    "",
    "Better for programs are API tokens (`POST /tokens`, or `nightjar token create`): they have an end, rights and cameras of their own,",
    "which narrow what the account may at that moment. *In person* means signed in with a password: no API token reaches that.",
    "",
    "| method and path | who | what |",
    "|---|---|---|",
    ...[...documentedRoutes(), ...GATEWAY_ROUTES].map(
      (route) =>
        `| \`${route.method} ${route.path}\` | ${policyText(route.policy)} | ${cell(route.summary)} |`,
    ),
    "",
    "Pictures come from the gateway, past the core. `live` and `playback` are WebSockets, as `changes` and `events` can be;",
    "[streams.md](streams.md) says what travels on those two.",
  ];
  return `${lines.join("\n")}\n`;
}

/** Types for the interface's client, laid out as the house style wants it. */
function apiTypesFile(): string {
  const document = openApiDocument([...documentedRoutes(), ...GATEWAY_ROUTES], "");
  return formatted(apiTypes(document), "ui/src/api/generated.ts");
}

function formatted(text: string, path: string): string {
  const biome = join(ROOT, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${path}`], { cwd: ROOT, input: text }).toString();
}

function withStatuses(page: string): string {
  const codes = errorCodes(ROOT);
  return page.replace(/^\| `(NJ_[A-Z0-9_]+)` \| [^|]* \|/gm, (_line, name: string) => {
    const statuses = codes.get(name) ?? [];
    return `| \`${name}\` | ${statuses.length === 0 ? "–" : statuses.join(", ")} |`;
  });
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

if (import.meta.main) {
  if (process.argv.includes("--help")) {
    process.stdout.write(
      "node scripts/write-docs.ts [--check]: writes docs/reference/{config,http,rights,errors,hooks,mqtt,plugin-api,plugin-quality}.md from code\n",
    );
  } else {
    const check = process.argv.includes("--check");
    for (const [path, text] of generatedDocs()) {
      const file = join(ROOT, path);
      if (check) {
        let present = "";
        try {
          present = readFileSync(file, "utf8");
        } catch {
          // Not written yet: as stale as can be.
        }
        if (present !== text) {
          process.stdout.write(`${path} is stale: run npm run docs:write\n`);
          process.exitCode = 1;
        }
      } else {
        writeFileSync(file, text);
        process.stdout.write(`${path}\n`);
      }
    }
  }
}
