// Values for a route's shapes: one that fits, and many that do not or only just do. Made from the schema itself, so that a
// new route or field is tried without anybody thinking of it.
import { type TSchema, Type } from "typebox";
import { Check } from "typebox/value";

type Json = Record<string, unknown>;

/** Tried in turn where a text has a pattern of its own. */
const TEXTS = [
  "yard",
  "rtsp",
  "2026-01-01T00:00:00Z",
  "2026-01-01",
  "01-01",
  "08:00",
  "nightjar-camera-far",
  "nightjar-pos-text/text",
  "00112233445566aa",
  "UTC",
  "127.0.0.1",
  "1-n1-1-1",
  "/nvr",
  "heron lantern quarry",
  "de",
  "@house",
  "warning",
  "https://registry.example/",
  "0110",
  Array(32).fill("AB").join(":"),
  "",
];

/** A value that fits the schema. Throws where none is known: then a text for its pattern is missing above. */
export function sampleOf(schema: TSchema): unknown {
  const json = schema as unknown as Json;
  if (Array.isArray(json["enum"])) return json["enum"][0];
  if ("const" in json) return json["const"];
  if (Array.isArray(json["anyOf"])) return sampleOf(json["anyOf"][0] as TSchema);
  switch (json["type"]) {
    case "object":
      return Object.fromEntries(
        Object.entries((json["properties"] ?? {}) as Record<string, TSchema>).map(([name, property]) => [
          name,
          sampleOf(property),
        ]),
      );
    case "array":
      return Array.from({ length: Number(json["minItems"] ?? 1) || 1 }, () =>
        sampleOf((json["items"] ?? Type.Null()) as TSchema),
      );
    case "boolean":
      return true;
    case "null":
      return null;
    case "integer":
    case "number":
      return json["default"] ?? json["minimum"] ?? 1;
    case "string": {
      const text = TEXTS.find((candidate) => Check(schema, candidate));
      if (text === undefined) throw new Error(`no sample fits ${JSON.stringify(json)}`);
      return text;
    }
    default:
      return {};
  }
}

/** Texts that have broken programs before: of other alphabets, paths, commands, queries, pages. */
export const HOSTILE_TEXTS: readonly string[] = [
  "a\u0000b",
  "\u202Egnp.exe",
  "\uD800",
  "../../../../etc/passwd",
  "..\\..\\con.txt",
  "-rf",
  "$(id)`id`;id|id\n",
  "file:///etc/passwd",
  "concat:/etc/passwd|/etc/shadow",
  "http://169.254.169.254/",
  "'; drop table users; --",
  "<img src=x onerror=alert(1)>",
  "__proto__",
  "constructor",
  "x".repeat(20_000),
  "NaN",
  "9999999999999999999",
  "-1",
  "0x10",
  "1e309",
  "2026-99-99T99:99:99Z",
  "9999-12-31T23:59:59.999Z",
  "🦉".repeat(100),
];

const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 53,
  -1e308,
  [],
  {},
  [[[[]]]],
  { length: -1, toString: 1, valueOf: 1, toJSON: "x" },
  Array.from({ length: 2_000 }, () => "x"),
];

/** Bodies that are too much of something: what reads them is one part for all routes. */
const GIANT_BODIES: readonly ((good: Json) => string)[] = [
  () => "[".repeat(50_000) + "]".repeat(50_000),
  () => `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
  () => `[${"{},".repeat(50_000)}0]`,
  (good) => JSON.stringify({ ...good, ["x".repeat(900_000)]: 1 }),
  () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, at]))),
];

/**
 * Bodies that are wrong at one place each, or whole, as texts. Places take turns with the values, and routes with the giants:
 * `turn` is the route's number, and five in a row have had them all.
 */
export function hostileBodies(schema: TSchema, good: unknown = sampleOf(schema), turn = 0): string[] {
  const bodies = new Set<string>();
  for (const [index, place] of placesOf(good).entries()) {
    for (const value of [
      ...everyFourth(HOSTILE_VALUES, turn + index),
      ...everyFourth(HOSTILE_VALUES, turn + index + 2),
      ...everyFourth(HOSTILE_TEXTS, turn + index),
    ])
      bodies.add(JSON.stringify(replaced(good, place, value)));
    if (place.length > 0) bodies.add(JSON.stringify(replaced(good, place, undefined)));
  }
  const text = JSON.stringify(good);
  if (text.startsWith("{")) {
    for (const key of ["__proto__", "constructor", "prototype", "toString", ""]) {
      bodies.add(`{${JSON.stringify(key)}:{"polluted":1},${text.slice(1)}`.replace(",}", "}"));
    }
  }
  const giant = GIANT_BODIES[turn % GIANT_BODIES.length];
  if (giant !== undefined) bodies.add(giant(good as Json));
  bodies.add('{"a":1e999,"a":2}');
  return [...bodies];
}

/** Bodies that are no JSON, or are not what they say they are. */
export const HOSTILE_RAW: readonly {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}[] = [
  ...["", "{", "nul", "\uFEFF{}", "'x'", "\u0000", '{"a":1}{"b":2}'].map((body) => ({ body, headers: {} })),
  { body: Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0xff, 0x22, 0x3a, 0x31, 0x7d]), headers: {} },
  { body: "x".repeat(1_050_000), headers: {} },
  ...[
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    'application/json; charset="x',
    "application/xml",
    "application/octet-stream",
    ",;=/",
  ].map((type) => ({ body: "{}", headers: { "content-type": type } })),
  ...["gzip", "br", "deflate", "zstd", "gzip, gzip"].map((encoding) => ({
    body: "{}",
    headers: { "content-encoding": encoding },
  })),
];

/** Pieces of a path, as they are sent. */
export const HOSTILE_PATH_PIECES: readonly string[] = [
  "%00",
  "%zz",
  "%C0%AF",
  "%ED%A0%80",
  "..%2f..%2fetc%2fpasswd",
  "%2e%2e",
  ".%2e",
  "%5c..%5ccon",
  "__proto__",
  "constructor",
  "%F0%9F%A6%89",
  "%E2%80%AEgnp",
  "x".repeat(5_000),
  "-rf",
  "yard%20",
  "YARD",
  "yard;a=b",
  "'%20or%201=1",
  "%0d%0aset-cookie:a=b",
];

/** Queries that no shape knows: what reads them is one part for all routes. */
const STRANGE_QUERIES: readonly string[] = [
  "x=1",
  "__proto__=1",
  "__proto__[polluted]=1",
  "constructor.prototype.polluted=1",
  "%",
  "%00",
  "=",
  "&&&=&",
  "a[b][c]=1",
  "%C0%AF=1",
  `${"a=1&".repeat(1_500)}b=2`,
];

/** Whole query strings, for the names that a shape knows; routes take turns with those that none knows (`turn`, as above). */
export function hostileQueries(schema: TSchema | undefined, turn = 0): string[] {
  const names = Object.keys(((schema as unknown as Json | undefined)?.["properties"] ?? {}) as Json);
  const good = schema === undefined ? {} : (sampleOf(schema) as Json);
  const text = (entries: Json) =>
    Object.entries(entries)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeText(String(value))}`)
      .join("&");
  const queries = everyFourth(STRANGE_QUERIES, turn);
  for (const [index, name] of names.entries()) {
    const others = Object.fromEntries(Object.entries(good).filter(([other]) => other !== name));
    queries.push(text(others), `${text(good)}&${name}=again`, `${text(others)}&${name}[a]=1`);
    for (const value of everyFourth(HOSTILE_TEXTS, index))
      queries.push(text({ ...others, [name]: value.slice(0, 2_000) }));
    for (const raw of ["%00", "%C0%AF", "%", "%zz"]) queries.push(`${text(others)}&${name}=${raw}`);
  }
  return queries;
}

function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Neighbours get different quarters, so that together they get all, in a quarter of the time. */
function everyFourth<Kind>(all: readonly Kind[], start: number): Kind[] {
  return all.filter((_one, at) => at % 4 === start % 4);
}

/** Every place of a value: the whole, then its properties, as far down as they go. */
function placesOf(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [place];
  return [place, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...place, key]))];
}

/** A copy with another value at a place; without it where the value is undefined. */
function replaced(whole: unknown, place: readonly string[], value: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return value;
  return { ...(whole as Json), [key]: replaced((whole as Json)[key], rest, value) };
}
