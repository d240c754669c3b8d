// What the contract suite of camera drivers checks, each rule by itself and without node:test, so that the rules can be
// tested on drivers that break them.
import assert from "node:assert/strict";
import type { TObject } from "typebox";
import { checkStreamUrl } from "../domain/address-policy.ts";
import { NightjarError } from "../errors.ts";
import type { StreamDescriptor } from "../plugin/contract/camera-driver.ts";

const SECRET_NAME = /pass(word|phrase|code)|secret|token|api-?key|(^|-)pin$/i;
/** What the recorder makes of an error that a plugin did not mean. */
const SLIPS = new Set([
  "NJ_INTERNAL",
  "NJ_PLUGIN_AWAY",
  "NJ_PLUGIN_DATA",
  "NJ_PLUGIN_FAILED",
  "NJ_PLUGIN_TIMEOUT",
]);
const TRANSPORTS = ["auto", "tcp", "udp"];

type Json = Readonly<Record<string, unknown>>;

/** Every field has a title and a description; secrets are marked, are text, and stand at the top. */
export function checkFields(schema: TObject): void {
  assert.equal(
    (schema as unknown as Json)["additionalProperties"],
    false,
    "the schema lets unknown fields pass: add { additionalProperties: false }",
  );
  const walk = (properties: Json, path: string): void => {
    for (const [name, value] of Object.entries(properties)) {
      const field = value as Json;
      const place = `${path}${name}`;
      for (const key of ["title", "description"]) {
        const text = field[key];
        assert.ok(typeof text === "string" && text !== "", `the field ${place} has no ${key}`);
      }
      if (SECRET_NAME.test(name)) {
        assert.equal(
          field["x-secret"],
          true,
          `the field ${place} holds a secret: mark it with "x-secret": true`,
        );
      }
      if (field["x-secret"] === true) {
        assert.equal(field["type"], "string", `the secret ${place} is not text`);
        assert.equal(path, "", `the secret ${place} must stand at the top of the configuration`);
        assert.equal(
          field["default"],
          undefined,
          `the secret ${place} has a default that everybody can read`,
        );
      }
      if (typeof field["properties"] === "object") walk(field["properties"] as Json, `${place}.`);
    }
  };
  walk(schema.properties, "");
}

/** A stream that the recorder can fetch, with its credentials where they belong. */
export function checkDescriptor(
  name: "main" | "sub",
  descriptor: StreamDescriptor,
  schema: TObject,
  secrets: Readonly<Record<string, string>>,
): void {
  assert.equal(descriptor.kind, "rtsp", `${name}: kind`);
  assert.ok(TRANSPORTS.includes(descriptor.transport), `${name}: transport is ${descriptor.transport}`);
  const url = checkStreamUrl(descriptor.url);
  assert.equal(url.username + url.password, "", `${name}: user and password stand in the address`);
  for (const [field, secret] of Object.entries(secrets)) {
    const isInside = [secret, encodeURIComponent(secret)].some((form) =>
      JSON.stringify(descriptor).includes(form),
    );
    assert.ok(
      !isInside,
      `${name}: the secret ${field} stands in the answer; name it in credentialsRef instead`,
    );
  }
  if (descriptor.credentialsRef !== undefined) {
    const field = (schema.properties as Json)[descriptor.credentialsRef] as Json | undefined;
    assert.equal(
      field?.["x-secret"],
      true,
      `${name}: credentialsRef "${descriptor.credentialsRef}" is no secret field of the configuration`,
    );
  }
}

/** Configurations that are wrong by the schema alone: what is missing, of another type, or unknown. */
export function wrongConfigs(schema: TObject, right: Json): Record<string, Json> {
  const cases: Record<string, Json> = { "an unknown field": { ...right, "no-such-field": 1 } };
  for (const field of Object.keys(schema.properties)) {
    cases[`${field} of a wrong type`] = { ...right, [field]: { wrong: true } };
  }
  for (const field of schema.required ?? []) {
    const { [field]: _missing, ...rest } = right;
    cases[`no ${field}`] = rest;
  }
  return cases;
}

/** The call is refused by an error that has a code and words for people. A slip of the code is no refusal. */
export async function checkRefused(what: string, call: () => Promise<unknown>): Promise<void> {
  const error = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error !== undefined, `${what}: is taken`);
  assert.ok(
    error instanceof NightjarError && !SLIPS.has(error.code),
    `${what}: is refused by a ${String(error)}; throw a NightjarError with a code and a sentence`,
  );
  assert.ok(error.message.length > 10, `${what}: is refused without saying why`);
}
