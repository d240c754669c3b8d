// Which fields of settings say where their secrets are sent. A stored secret goes only where it was given for: whoever changes
// one of these types the secret again (docs/design/security.md). Fields are marked `"x-address": true`; where a schema marks
// none, each text that is no choice counts, because nothing is known of it.

type Node = Readonly<Record<string, unknown>>;
export type Steps = readonly string[];

interface Field {
  readonly steps: Steps;
  /** Whom it names: of an address with a host the protocol, the user and the host, otherwise the value as JSON. */
  readonly names: string;
}

const DEEPEST = 32;

/** True if a secret that was given for `stored` may be sent where `next` says. */
export function goesWhereItWent(schema: object, secret: Steps, stored: unknown, next: unknown): boolean {
  const before = new Set(addressFields(schema, secret, stored).map(keyOf));
  return addressFields(schema, secret, next).every((field) => before.has(keyOf(field)));
}

/** True if `next` names nobody whom `stored` does not name, in whichever field: settings with one login for all addresses. */
export function namesNobodyElse(schema: object, stored: unknown, next: unknown): boolean {
  const before = new Set(addressFields(schema, [], stored).map(({ names }) => names));
  return addressFields(schema, [], next).every(({ names }) => before.has(names));
}

function keyOf({ steps, names }: Field): string {
  return JSON.stringify([steps, names]);
}

/**
 * The fields that count for a secret: those of the nearest object around it that has marked ones, and what stands in the objects
 * around that one itself, not beside them in others.
 */
function addressFields(schema: object, secret: Steps, settings: unknown): Field[] {
  const root = schema as Node;
  const isMarked = hasMark(root, 0);
  const scope = isMarked ? scopeOf(root, secret) : [];
  const found: Field[] = [];
  collect([root], settings, [], { isMarked, found });
  return found.filter(({ steps }) => isBelow(steps, scope) || isBelow(secret, steps.slice(0, -1)));
}

function scopeOf(root: Node, secret: Steps): Steps {
  let scope: Steps = [];
  let nodes: readonly Node[] = [root];
  for (const [index, step] of secret.slice(0, -1).entries()) {
    nodes = nodes.flatMap((node) => nodesOf(node, step, 0));
    if (nodes.some((node) => hasMark(node, 0))) scope = secret.slice(0, index + 1);
  }
  return scope;
}

function isBelow(steps: Steps, above: Steps): boolean {
  return above.every((step, index) => steps[index] === step);
}

interface Search {
  readonly isMarked: boolean;
  readonly found: Field[];
}

function collect(nodes: readonly Node[], value: unknown, steps: Steps, search: Search): void {
  if (value === undefined || value === null || nodes.some((node) => node["x-secret"] === true)) return;
  const isOwnMark = nodes.some((node) => node["x-address"] === true);
  const isWhole = isOwnMark || steps.length >= DEEPEST;
  if (typeof value === "object" && !isWhole) {
    for (const [key, inner] of entriesOf(nodes, value as Node)) {
      const below = Array.isArray(value)
        ? nodes.flatMap((node) => schemasIn(node["items"]))
        : nodes.flatMap((node) => nodesOf(node, key, 0));
      collect(below, inner, [...steps, key], search);
    }
    return;
  }
  if (isWhole || (!search.isMarked && typeof value === "string" && !nodes.some(isChoice)))
    search.found.push({ steps, names: namesOf(value) });
}

/** What holds: where nothing is said, the default. */
function entriesOf(nodes: readonly Node[], value: Node | readonly unknown[]): [string, unknown][] {
  const said = Object.entries(value);
  if (Array.isArray(value)) return said;
  const silent = nodes
    .flatMap((node) => Object.entries(isNode(node["properties"]) ? node["properties"] : {}))
    .flatMap(([key, node]): [string, unknown][] =>
      isNode(node) && "default" in node && !Object.hasOwn(value, key) ? [[key, node["default"]]] : [],
    );
  return [...said, ...silent];
}

function namesOf(value: unknown): string {
  if (typeof value === "string" && /^\s*[a-z][a-z\d+.-]*:\/\//i.test(value)) {
    const url = URL.parse(value.trim());
    if (url !== null && url.host !== "") return `${url.protocol}//${url.username}@${url.host}`;
  }
  return JSON.stringify(value);
}

/** One of a list of values, in whichever of the ways to say so. */
function isChoice(node: Node): boolean {
  const isFixed = (one: unknown): boolean => isNode(one) && ("const" in one || Array.isArray(one["enum"]));
  if (isFixed(node)) return true;
  return [node["anyOf"], node["oneOf"]].some(
    (list) => Array.isArray(list) && list.length > 0 && list.every(isFixed),
  );
}

/** Schemas of the field `key` of the object that `node` describes. */
function nodesOf(node: Node, key: string, depth: number): Node[] {
  if (depth > DEEPEST) return [];
  const { properties } = node;
  const own = isNode(properties) && Object.hasOwn(properties, key) ? schemasIn(properties[key]) : [];
  return [...own, ...sameValue(node).flatMap((one) => nodesOf(one, key, depth + 1))];
}

function hasMark(node: Node, depth: number): boolean {
  if (node["x-address"] === true) return true;
  if (depth > DEEPEST) return false;
  const { properties } = node;
  const inner = [
    ...(isNode(properties) ? Object.values(properties).flatMap(schemasIn) : []),
    ...schemasIn(node["items"]),
    ...sameValue(node),
  ];
  return inner.some((one) => hasMark(one, depth + 1));
}

/** Schemas of the same value as the one that holds them. */
function sameValue(node: Node): Node[] {
  return ["then", "else", "allOf", "anyOf", "oneOf"].flatMap((keyword) => schemasIn(node[keyword]));
}

function schemasIn(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
