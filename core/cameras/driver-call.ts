// Calls of camera drivers, whose registry guards them (copies, time limits): what the recorder makes of their answers.
import { Type } from "typebox";
import { Value } from "typebox/value";
import { checkStreamUrl } from "../domain/address-policy.ts";
import { NightjarError } from "../errors.ts";
import type { DesiredSource } from "../media/protocol.ts";
import type { CameraDriver, CameraStreams, StreamDescriptor } from "../plugin/contract/camera-driver.ts";
import { namesNobodyElse } from "../plugin/schemas/address-fields.ts";

export type DriverConfig = Readonly<Record<string, unknown>>;
export type Secrets = Readonly<Record<string, string>>;

/** A camera's configuration, checked by its driver's schema, its secrets apart. */
export interface PreparedConfig {
  readonly config: Record<string, unknown>;
  readonly secrets: Record<string, string>;
}

/** Names of the write-only fields of a driver's schema. */
export function secretFields(driver: CameraDriver): string[] {
  return Object.entries(driver.configSchema.properties)
    .filter(([, schema]) => (schema as { "x-secret"?: unknown })["x-secret"] === true)
    .map(([field]) => field);
}

/**
 * Lets the driver tidy what was typed, checks it, and takes the secrets out. Throws `NJ_CAMERA_CONFIG_INVALID` with
 * `context.problems: {path, message}[]`.
 */
export async function prepareConfig(driver: CameraDriver, typed: DriverConfig): Promise<PreparedConfig> {
  return checked(driver, await tidied(driver, typed));
}

/**
 * As {@link prepareConfig}, with secrets that are kept where none is given, by itself or within an address. They were given for
 * `meantFor`, settings of the same driver: once another address or account is named, none of them is used.
 */
export async function prepareWithKept(
  driver: CameraDriver,
  typed: DriverConfig,
  kept: Secrets,
  meantFor: DriverConfig,
): Promise<PreparedConfig> {
  const config = await tidied(driver, typed);
  if (namesNobodyElse(driver.configSchema, meantFor, config)) {
    for (const [field, secret] of Object.entries(kept))
      if (!Object.hasOwn(typed, field) && config[field] === undefined) config[field] = secret;
  }
  return checked(driver, config);
}

async function tidied(driver: CameraDriver, typed: DriverConfig): Promise<Record<string, unknown>> {
  return driver.prepare === undefined
    ? structuredClone(typed as Record<string, unknown>)
    : driver.prepare(typed);
}

function checked(driver: CameraDriver, config: Record<string, unknown>): PreparedConfig {
  const problems = [...Value.Errors(driver.configSchema, config)].map((problem) => ({
    path: `/config${problem.instancePath}`,
    message: problem.message,
  }));
  if (problems.length > 0) {
    const first = problems[0] as { path: string; message: string };
    throw new NightjarError(
      "NJ_CAMERA_CONFIG_INVALID",
      "invalid-argument",
      `the camera's settings are wrong at ${first.path}: ${first.message}`,
      { problems },
    );
  }
  const secrets: Record<string, string> = {};
  for (const field of secretFields(driver)) {
    const value = config[field];
    if (typeof value === "string" && value !== "") secrets[field] = value;
    delete config[field];
  }
  return { config, secrets };
}

const DESCRIPTOR = Type.Object({
  kind: Type.Literal("rtsp"),
  url: Type.String({ maxLength: 4_096 }),
  username: Type.Optional(Type.String({ maxLength: 256 })),
  credentialsRef: Type.Optional(Type.String({ maxLength: 64 })),
  transport: Type.Enum(["auto", "tcp", "udp"] as const),
});
const STREAMS = Type.Object({ main: DESCRIPTOR, sub: Type.Optional(DESCRIPTOR) });

/** Asks the driver where the streams are. Throws `NJ_PLUGIN_DATA` where its answer is not what it should be. */
export async function askStreams(
  driver: CameraDriver,
  config: DriverConfig,
  secrets: Secrets,
): Promise<CameraStreams> {
  const abort = new AbortController();
  try {
    const secret = async (field: string): Promise<string | undefined> => secrets[field];
    const streams = await driver.streams(config, { signal: abort.signal, secret });
    const problem = Value.Check(STREAMS, streams) ? undefined : [...Value.Errors(STREAMS, streams)][0];
    if (problem === undefined) return streams;
    throw new NightjarError(
      "NJ_PLUGIN_DATA",
      "invalid-argument",
      `the driver ${driver.id} answered streams that are wrong at ${problem.instancePath || "/"}: ${problem.message}`,
    );
  } finally {
    abort.abort();
  }
}

/** Turns a driver's descriptors into what `media` fetches. Throws where an address is not one for a camera. */
export function sourcesOf(
  streams: CameraStreams,
  secrets: Secrets,
  ownPorts: readonly number[],
): { main: DesiredSource; sub?: DesiredSource } {
  const main = sourceOf(streams.main, secrets, ownPorts);
  return streams.sub === undefined ? { main } : { main, sub: sourceOf(streams.sub, secrets, ownPorts) };
}

function sourceOf(
  descriptor: StreamDescriptor,
  secrets: Secrets,
  ownPorts: readonly number[],
): DesiredSource {
  const url = checkStreamUrl(descriptor.url, ownPorts);
  if (url.username !== "" || url.password !== "") {
    throw new NightjarError(
      "NJ_CAMERA_CONFIG_INVALID",
      "invalid-argument",
      "user and password must not stand in the address: give them in their own fields",
    );
  }
  const password = descriptor.credentialsRef === undefined ? undefined : secrets[descriptor.credentialsRef];
  return {
    kind: "rtsp",
    url: descriptor.url,
    ...(descriptor.username === undefined ? {} : { username: descriptor.username }),
    ...(password === undefined ? {} : { password }),
    transport: descriptor.transport,
  };
}
