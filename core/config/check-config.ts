// Turns a parsed config.json into a checked, complete configuration, or says everything that is wrong with it:
// first what the schema can say, then what lies between its parts (ids that occur twice, secrets in clear).
import { IANAZone } from "luxon";
import { Default } from "typebox/value";
import { linkageActionName } from "../domain/linkage-actions.ts";
import { hasUrlCredentials } from "../domain/redact-url.ts";
import { alarmProblems } from "./alarm-checks.ts";
import { inputProblems, outputProblems } from "./alarm-io-checks.ts";
import { nodeProblems } from "./cluster-checks.ts";
import { ConfigInvalidError } from "./config-errors.ts";
import { type Config, ConfigSchema, PLUGIN_NAME_PATTERN } from "./config-schema.ts";
import { detectionProblems } from "./detection-checks.ts";
import { escapePointer, type SchemaProblem, schemaProblems, unsafeKeyProblem } from "./schema-problems.ts";
import { tillProblems } from "./till-checks.ts";

const SECRET_KEY = /^(?:password|passwd|pwd|secret|token|apikey|api_key)$/i;

const PLUGIN_NAME = new RegExp(PLUGIN_NAME_PATTERN);

/** Fills in defaults and checks. `path` names the source in the error. Throws {@link ConfigInvalidError}. */
export function checkConfig(path: string, value: unknown): Config {
  const unsafe = unsafeKeyProblem(value);
  if (unsafe !== undefined) throw new ConfigInvalidError(path, [unsafe]);
  const strangers = strangePlugins(value);
  if (strangers.length > 0) throw new ConfigInvalidError(path, strangers);
  const filled = Default(ConfigSchema, structuredClone(value));
  const problems = schemaProblems(ConfigSchema, filled);
  if (problems.length > 0) throw new ConfigInvalidError(path, problems);
  const config = filled as Config;
  nameActions(config);
  const between = problemsBetween(config);
  if (between.length > 0) throw new ConfigInvalidError(path, between);
  return config;
}

/** Calls linkage actions by the names that they have now, whichever they were given. */
function nameActions({ linkage, inputs }: Config): void {
  for (const { actions } of linkage.rules)
    for (const one of actions) one.action = linkageActionName(one.action);
  for (const input of inputs) input.disarms = [...new Set(input.disarms.map(linkageActionName))];
}

/** Names below `plugins` that none can have. Filling in defaults would stumble over them before the schema is asked. */
function strangePlugins(value: unknown): SchemaProblem[] {
  const plugins =
    typeof value === "object" && value !== null && "plugins" in value ? value.plugins : undefined;
  if (typeof plugins !== "object" || plugins === null) return [];
  return Object.keys(plugins)
    .filter((name) => !PLUGIN_NAME.test(name))
    .map((name) => ({ path: `/plugins/${escapePointer(name)}`, message: "is not the name of a plugin" }));
}

function problemsBetween(config: Config): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  if (!IANAZone.isValidZone(config.timeZone)) {
    problems.push({ path: "/timeZone", message: "is not the name of a time zone, like Europe/Berlin" });
  }
  const cameras = new Set<string>();
  config.cameras.forEach((camera, index) => {
    if (cameras.has(camera.id)) {
      problems.push({ path: `/cameras/${index}/id`, message: `"${camera.id}" is the id of another camera` });
    }
    cameras.add(camera.id);
    problems.push(...secretsInClear(camera.config, `/cameras/${index}/config`));
    problems.push(...detectionProblems(camera.detection, `/cameras/${index}/detection`));
  });
  const volumes = new Set<string>();
  config.storage.volumes.forEach((volume, index) => {
    if (volumes.has(volume.path)) {
      problems.push({ path: `/storage/volumes/${index}/path`, message: "is another volume's folder" });
    }
    volumes.add(volume.path);
  });
  problems.push(...tillProblems(config.tills, "/tills"));
  problems.push(...alarmProblems(config.alarms, "/alarms"));
  problems.push(...nodeProblems(config.cluster.nodes, "/cluster/nodes"));
  const io = { base: config.mqtt.base, hasPlace: config.alarms.arming.place !== undefined };
  problems.push(
    ...inputProblems(config.inputs, "/inputs", io),
    ...outputProblems(config.outputs, "/outputs", io),
  );
  const rules = new Set<string>();
  config.linkage.rules.forEach(({ id, actions }, index) => {
    const place = `/linkage/rules/${index}`;
    if (rules.has(id)) problems.push({ path: `${place}/id`, message: `"${id}" is the id of another rule` });
    rules.add(id);
    actions.forEach(({ settings }, at) => {
      problems.push(...secretsInClear(settings, `${place}/actions/${at}/settings`));
    });
  });
  return problems;
}

/** Passwords belong into secrets.json: a file that is edited by hand and shown to helpers must not hold them. */
function secretsInClear(value: unknown, path: string): SchemaProblem[] {
  if (typeof value === "string") {
    return hasUrlCredentials(value)
      ? [{ path, message: "holds a user name or password in an address: give them as fields of their own" }]
      : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = `${path}/${escapePointer(key)}`;
    if (SECRET_KEY.test(key) && typeof inner === "string" && inner !== "") {
      return [{ path: place, message: "is a secret: set it in the web interface or with `nightjar camera`" }];
    }
    return secretsInClear(inner, place);
  });
}
