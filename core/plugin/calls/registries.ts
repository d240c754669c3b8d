// The registries that plugins register in, as data: what an entry of each says of itself, and which calls it answers.
// One table serves inline and isolated plugins alike; docs/reference/plugin-api.md describes the entries.
import type { TObject } from "typebox";
import { EVENT_TYPE_IDS } from "../../domain/event-types.ts";
import { CAMERA_RIGHTS, SYSTEM_RIGHTS } from "../../domain/roles.ts";
import { NightjarError } from "../../errors.ts";
import { CAMERA_ABILITIES } from "../contract/camera-abilities.ts";
import type { CameraDriver } from "../contract/camera-driver.ts";
import type { Detector, DetectorWatch } from "../contract/detector.ts";
import type { LinkageAction, LinkageRequest } from "../contract/linkage-action.ts";
import type { LoginProvider } from "../contract/login-provider.ts";
import type { PluginRequest, PluginRoute } from "../contract/plugin-route.ts";
import type { PosParser, PosRequest } from "../contract/pos-parser.ts";
import type { StorageDriver, StorageRequest } from "../contract/storage-driver.ts";
import { Type } from "../schemas/schema-builder.ts";
import { misfitOf } from "../schemas/settings-check.ts";
import { plainCopy } from "./plain-copy.ts";

/** Entry types by registry. */
export interface RegistryEntries {
  readonly cameraDrivers: CameraDriver;
  readonly routes: PluginRoute;
  readonly loginProviders: LoginProvider;
  readonly storageDrivers: StorageDriver;
  readonly posParsers: PosParser;
  readonly detectors: Detector;
  readonly linkageActions: LinkageAction;
}

export type RegistryName = keyof RegistryEntries;

interface RegistryShape {
  /** For messages. */
  readonly title: string;
  /** For lists of what a plugin provides: `camera-driver:rtsp`. */
  readonly word: string;
  /** What an entry is without its functions. */
  readonly card: TObject;
  /** Calls that it must, and those that it may answer. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Of those, what may answer without a promise, and is then answered without one. */
  readonly atOnce?: readonly string[];
  /** Ids are each plugin's own: the same may stand in another plugin. */
  readonly isScoped: boolean;
  /** What is so powerful that a plugin says of it before it runs: its `nightjar.provides` must name each entry. */
  readonly isAnnounced: boolean;
  /** What a call of a method is to be checked by beforehand: schemas of the card, and what they describe. */
  described(card: AnyEntry, method: string, args: readonly unknown[]): readonly [unknown, unknown][];
  /** What a call may take, in milliseconds. */
  readonly limitMs: number;
}

/** What an owner can draw for a detector. */
const RULE_KINDS = ["line", "region"] as const;
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const ID = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" });
/** A JSON Schema of an object; what it says of its properties is the plugin's affair. */
const OBJECT_SCHEMA = Type.Object({
  type: Type.Literal("object"),
  properties: Type.Optional(Type.Record(Type.String(), Type.Object({}))),
});

const schemasWithoutSecrets = new WeakMap<object, object>();

/** What a camera's settings are checked by once its secrets have been taken out: those are needed no longer. */
function withoutSecrets(schema: object): object {
  const made = schemasWithoutSecrets.get(schema) ?? makeWithoutSecrets(schema);
  schemasWithoutSecrets.set(schema, made);
  return made;
}

function makeWithoutSecrets(schema: object): object {
  const {
    required = [],
    properties = {},
    ...rest
  } = schema as {
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, { readonly "x-secret"?: unknown }>>;
  };
  return {
    ...rest,
    properties,
    required: required.filter((field) => properties[field]?.["x-secret"] !== true),
  };
}

export const REGISTRIES: Readonly<Record<RegistryName, RegistryShape>> = {
  cameraDrivers: {
    title: "camera driver",
    word: "camera-driver",
    card: Type.Object({
      id: ID,
      displayName: text(100),
      configSchema: OBJECT_SCHEMA,
      catalogue: Type.Optional(
        Type.Array(
          Type.Object({
            brand: text(100),
            mainPath: text(500),
            subPath: Type.Optional(text(500)),
            port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
            notes: Type.Optional(text(1_000)),
          }),
          { maxItems: 1_000 },
        ),
      ),
    }),
    required: ["streams"],
    optional: ["prepare", "discover", ...CAMERA_ABILITIES],
    isScoped: false,
    isAnnounced: false,
    described: (card, method, args) =>
      method === "prepare" || method === "discover"
        ? []
        : [[withoutSecrets(card["configSchema"] as object), args[0]]],
    limitMs: 10_000,
  },
  routes: {
    title: "route",
    word: "route",
    card: Type.Object({
      id: ID,
      method: Type.Enum(["GET", "POST", "PUT", "PATCH", "DELETE"] as const),
      path: Type.String({ pattern: "^(?:/(?:[a-z0-9][a-z0-9._-]*|:[a-zA-Z]+)){1,8}$", maxLength: 200 }),
      permission: Type.Enum([...CAMERA_RIGHTS, ...SYSTEM_RIGHTS]),
      inPerson: Type.Optional(Type.Boolean()),
      summary: text(300),
      query: Type.Optional(OBJECT_SCHEMA),
      body: Type.Optional(Type.Object({})),
      response: Type.Optional(Type.Object({})),
    }),
    required: ["handle"],
    optional: [],
    isScoped: true,
    isAnnounced: false,
    described: (card, _method, [request]) => {
      const { query, body } = request as PluginRequest;
      return [
        [card["query"], query],
        [card["body"], body],
      ];
    },
    limitMs: 10_000,
  },
  loginProviders: {
    title: "login provider",
    word: "login-provider",
    card: Type.Object({ id: ID, displayName: text(100) }),
    required: ["check"],
    optional: [],
    // Configuration and accounts name a provider together with its package: another plugin's of that id is another one.
    isScoped: true,
    isAnnounced: true,
    described: () => [],
    limitMs: 5_000,
  },
  storageDrivers: {
    title: "storage driver",
    word: "storage-driver",
    card: Type.Object({
      id: ID,
      displayName: text(100),
      configSchema: OBJECT_SCHEMA,
      mounts: Type.Boolean(),
    }),
    required: ["prepare", "health"],
    optional: ["release"],
    isScoped: true,
    isAnnounced: true,
    described: (card, _method, [request]) => [[card["configSchema"], (request as StorageRequest).config]],
    limitMs: 10_000,
  },
  posParsers: {
    title: "till parser",
    word: "pos-parser",
    card: Type.Object({ id: ID, displayName: text(100), configSchema: OBJECT_SCHEMA }),
    required: ["read"],
    optional: [],
    isScoped: true,
    isAnnounced: true,
    described: (card, _method, [request]) => [[card["configSchema"], (request as PosRequest).config]],
    limitMs: 5_000,
  },
  detectors: {
    title: "detector",
    word: "detector",
    card: Type.Object({
      id: ID,
      displayName: text(100),
      eventTypes: Type.Array(Type.Enum(EVENT_TYPE_IDS), { minItems: 1, maxItems: 16 }),
      frames: Type.Object({
        width: Type.Integer({ minimum: 16, maximum: 640 }),
        height: Type.Integer({ minimum: 16, maximum: 480 }),
        perSecond: Type.Number({ minimum: 1, maximum: 15 }),
        idlePerSecond: Type.Optional(Type.Number({ minimum: 0.1, maximum: 15 })),
      }),
      answersAtOnce: Type.Optional(Type.Boolean()),
      ruleKinds: Type.Optional(Type.Array(Type.Enum(RULE_KINDS), { maxItems: RULE_KINDS.length })),
      configSchema: OBJECT_SCHEMA,
    }),
    required: ["begin", "look", "end"],
    atOnce: ["look"],
    optional: [],
    isScoped: true,
    isAnnounced: true,
    described: (card, method, [watch]) =>
      method === "begin" ? [[card["configSchema"], (watch as DetectorWatch).settings.options]] : [],
    limitMs: 5_000,
  },
  linkageActions: {
    title: "linkage action",
    word: "linkage-action",
    card: Type.Object({
      id: ID,
      displayName: text(100),
      configSchema: OBJECT_SCHEMA,
      wantsPictures: Type.Integer({ minimum: 0, maximum: 5 }),
      picturesField: Type.Optional(text(100)),
      wantsAccounts: Type.Optional(Type.Boolean()),
      maxAgeSeconds: Type.Integer({ minimum: 1, maximum: 604_800 }),
    }),
    required: ["run"],
    optional: [],
    isScoped: true,
    isAnnounced: true,
    described: (card, _method, [request]) => [[card["configSchema"], (request as LinkageRequest).config]],
    limitMs: 30_000,
  },
};

export const REGISTRY_NAMES = Object.keys(REGISTRIES) as readonly RegistryName[];

/** An entry of any registry: plain data and asynchronous functions. */
export type AnyEntry = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What an entry says of itself, apart from what it does. */
export interface EntryParts {
  readonly card: AnyEntry;
  readonly calls: Readonly<Record<string, (...args: unknown[]) => unknown>>;
}

/**
 * Takes an entry apart: a copy of its data, and those of its functions that the registry knows. Throws
 * `NJ_PLUGIN_DATA`, naming the place, where it is not what the registry asks for.
 */
export function partsOf(registry: RegistryName, entry: object): EntryParts {
  const { title, required, optional } = REGISTRIES[registry];
  const data: Record<string, unknown> = {};
  const calls: Record<string, (...args: unknown[]) => unknown> = {};
  for (const name of [...required, ...optional]) {
    const call: unknown = (entry as Record<string, unknown>)[name];
    if (typeof call === "function") calls[name] = (...args) => call.apply(entry, args);
  }
  for (const [key, value] of Object.entries(entry)) if (typeof value !== "function") data[key] = value;
  const card = plainCopy(data, `a ${title}`) as AnyEntry;
  checkCard(registry, card, Object.keys(calls));
  return { card, calls };
}

/** Throws `NJ_PLUGIN_DATA` if a card with these calls is not what the registry asks for. */
export function checkCard(registry: RegistryName, card: unknown, calls: readonly string[]): void {
  const { title, card: shape, required } = REGISTRIES[registry];
  const problem = misfitOf(shape, card);
  if (problem !== undefined) {
    throw new NightjarError(
      "NJ_PLUGIN_DATA",
      "invalid-argument",
      `a ${title} is wrong at ${problem.path}: ${problem.message}`,
    );
  }
  const missing = required.find((name) => !calls.includes(name));
  if (missing === undefined) return;
  throw new NightjarError("NJ_PLUGIN_DATA", "invalid-argument", `a ${title} lacks the function ${missing}`);
}
