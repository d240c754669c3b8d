// The flows that come with the palette as examples: held against the nodes' own definitions, those of the palette and those of
// Node-RED, as the editor that imports them has them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import vm from "node:vm";
import { EVENT_TYPE_IDS } from "../../core/domain/event-types.ts";

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, "../../flows/palette");
const EXAMPLES = join(ROOT, "examples");
const NODE_RED_FOLDERS = ["common", "function"];
/** What the editor keeps of every node, besides its properties. */
const COMMON = ["id", "type", "z", "x", "y", "wires"];

interface Property {
  readonly value?: unknown;
  /** The type of node that it names. */
  readonly type?: string;
  readonly required?: boolean;
  readonly validate?: (this: object, value: unknown) => unknown;
}

interface Definition {
  readonly category: string;
  readonly defaults: Readonly<Record<string, Property>>;
  readonly inputs?: number;
  readonly outputs?: number;
  /** What a form lets people choose, by property. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

interface ExampleNode {
  readonly id: string;
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

/** Stands for all of an editor that a definition does not tell of: whatever is asked of it, or called, is such a thing again. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => "" : anything),
  apply: () => anything,
});

function lenient<Known extends object>(known: Known): Known {
  return new Proxy(known, { get: (target, key): unknown => Reflect.get(target, key) ?? anything });
}

/** Types of nodes, as the script of their forms registers them. */
function definitionsIn(file: string): Map<string, Definition> {
  const text = readFileSync(file, "utf8");
  const found = new Map<string, Definition>();
  const choices = new Map<string, Map<string, string[]>>();
  for (const [, type = "", form = ""] of text.matchAll(
    /<script type="text\/html" data-template-name="([^"]+)">(.*?)<\/script>/gs,
  )) {
    const selects = form.matchAll(/<select[^>]* id="node-(?:config-)?input-(\w+)"[^>]*>(.*?)<\/select>/gs);
    const valuesOf = (options: string) =>
      [...options.matchAll(/<option value="([^"]*)"/g)].map(([, value = ""]) => value);
    choices.set(type, new Map([...selects].map(([, name = "", options = ""]) => [name, valuesOf(options)])));
  }
  const RED = {
    nodes: {
      registerType: (type: string, definition: Omit<Definition, "choices">) =>
        found.set(type, { ...definition, choices: choices.get(type) ?? new Map() }),
    },
    validators: lenient({ number: () => (value: unknown) => value !== "" && Number.isFinite(Number(value)) }),
  };
  const window = { nightjarNodes: anything };
  for (const [, script = ""] of text.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs))
    vm.runInNewContext(
      script,
      { RED: lenient(RED), window, $: anything, jQuery: anything },
      { filename: file },
    );
  return found;
}

function htmlIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".html"))
    .map((name) => join(folder, name));
}

const nodeRed = join(dirname(require.resolve("@node-red/nodes")), "core");
const own = new Map(htmlIn(join(ROOT, "nodes")).flatMap((file) => [...definitionsIn(file)]));
const core = new Map(
  NODE_RED_FOLDERS.flatMap((name) => htmlIn(join(nodeRed, name))).flatMap((file) => [...definitionsIn(file)]),
);

/** What is wrong with an example, in words. */
function problemsOf(nodes: readonly ExampleNode[]): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const wrong = byId.size === nodes.length ? [] : ["an id is there twice"];
  for (const node of nodes) {
    const say = (text: string) => wrong.push(`${node.type} ${node.id}: ${text}`);
    const definition = own.get(node.type) ?? core.get(node.type);
    if (definition === undefined) {
      say("there is no such node");
      continue;
    }
    const { defaults, outputs = 0 } = definition;
    for (const name of Object.keys(node))
      if (!COMMON.includes(name) && !Object.hasOwn(defaults, name)) say(`has no property ${name}`);
    for (const [name, property] of Object.entries(defaults)) {
      const value = node[name];
      // Node-RED's own have grown properties since, and fill them in by themselves.
      if (value === undefined && !own.has(node.type)) continue;
      if (value === undefined) say(`lacks ${name}`);
      else if (typeof property.value === "string" || typeof property.value === "boolean") {
        if (typeof value !== typeof property.value) say(`${name} is no ${typeof property.value}`);
      }
      if (property.required === true && value === "") say(`${name} is required`);
      // Node-RED's own ask the editor around them.
      if (own.has(node.type) && property.validate?.call(node, value) === false)
        say(`${name} is refused: ${String(value)}`);
      // `*[]`: any nodes, several.
      const wanted = property.type?.replace("[]", "");
      for (const id of wanted === undefined || value === "" ? [] : [value].flat()) {
        const type = byId.get(String(id))?.type;
        if (type === undefined || (wanted !== "*" && type !== wanted)) say(`${name} names no ${wanted}`);
      }
      const choices = own.has(node.type) ? definition.choices.get(name) : undefined;
      if (choices !== undefined && !choices.includes(String(value)))
        say(`${name} cannot be ${String(value)}`);
    }
    for (const name of ["types", "eventType"])
      for (const type of String(node[name] ?? "").split(","))
        if (type !== "" && !(EVENT_TYPE_IDS as readonly string[]).includes(type))
          say(`there is no event ${type}`);
    const isConfig = definition.category === "config";
    const ways = isConfig ? undefined : Number(node["outputs"] ?? outputs);
    if (node.wires?.length !== ways) say(`has wires for ${node.wires?.length} outputs of ${ways}`);
    for (const id of node.wires?.flat() ?? []) {
      const to = byId.get(id)?.type ?? "";
      if (((own.get(to) ?? core.get(to))?.inputs ?? 0) === 0)
        say(`is wired to ${id}, which takes no messages`);
    }
  }
  return wrong;
}

function read(name: string): ExampleNode[] {
  return JSON.parse(readFileSync(join(EXAMPLES, name), "utf8")) as ExampleNode[];
}

describe("examples of flows", () => {
  const names = readdirSync(EXAMPLES);

  it("are held against every node that the package has, as its forms and its code name them", () => {
    const card = require(join(ROOT, "package.json")) as { "node-red": { nodes: Record<string, string> } };
    const made: string[] = [];
    const RED = {
      nodes: { registerType: (type: string) => made.push(type) },
      httpAdmin: { get: () => undefined },
      auth: { needsPermission: () => undefined },
    };
    for (const file of Object.values(card["node-red"].nodes))
      (require(join(ROOT, file)) as (red: object) => void)(RED);
    assert.deepEqual([...own.keys()].sort(), made.sort());
    for (const type of ["inject", "debug", "catch", "switch", "function"]) assert.ok(core.has(type), type);
    assert.ok(names.length > 0 && names.every((name) => name.endsWith(".json")), names.join());
  });

  for (const name of names) {
    it(`${name}: its nodes are as they are defined, and wires and recorders lead somewhere`, () => {
      const nodes = read(name);
      assert.ok(nodes.some(({ type }) => own.has(type)));
      assert.deepEqual(problemsOf(nodes), []);
    });
  }

  it("would be found wrong", () => {
    const name = "tell-of-a-visitor.json";
    const spoilt = (type: string, change: object) =>
      problemsOf(read(name).map((node) => (node.type === type ? { ...node, ...change } : node))).join("\n");
    for (const [type, change, said] of [
      ["nj-popup", { type: "nj-pop-up" }, /nj-pop-up .*no such node/],
      ["nj-popup", { wall: "hall" }, /no property wall/],
      ["nj-popup", { seconds: undefined }, /lacks seconds/],
      ["nj-popup", { untilEnd: "yes" }, /untilEnd is no boolean/],
      ["nj-output", { act: "blink" }, /act cannot be blink/],
      ["nj-output", { server: "" }, /server is required/],
      ["nj-email", { server: "other" }, /server names no nj-server/],
      ["nj-event", { maxAge: "a minute" }, /maxAge is refused/],
      ["nj-event", { types: "doorbell,visitor" }, /no event visitor/],
      ["nj-event", { wires: [["nj-example-9"]] }, /nj-example-9, which takes no messages/],
      ["nj-event", { wires: [["nj-example-5"]] }, /nj-example-5, which takes no messages/],
      ["nj-event", { wires: [[], []] }, /wires for 2 outputs of 1/],
      ["catch", { scope: ["gone"] }, /scope names no \*/],
      ["debug", { id: "nj-example-1" }, /an id is there twice/],
    ] as const)
      assert.match(spoilt(type, change), said);
  });
});
