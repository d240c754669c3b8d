// Values are checked by TypeBox's rules, whether TypeBox was asked or not: thousands of values made from schemas, some
// right and some a little wrong, are judged by both.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { quickDefaults } from "../../../../core/plugin/schemas/quick-defaults.ts";
import { fitsQuickly } from "../../../../core/plugin/schemas/quick-fit.ts";
import { checkedConfig, misfitOf } from "../../../../core/plugin/schemas/settings-check.ts";

const ROUNDS = 6_000;
const PIECES: readonly unknown[] = [
  ...[undefined, null, true, false, 0, 1, -1, 1.5, 99, Number.NaN, Number.POSITIVE_INFINITY],
  ...["", "a", "b", "abc", "ä", "\n", "a\nb", "👍🏽", "x".repeat(12)],
  ...[[], {}, [1], ["a", 1], { a: 1 }, { a: "a", b: 1 }],
];

/** The same numbers every time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

function schemaOf(random: (below: number) => number, depth: number): TSchema {
  const inner = (): TSchema => schemaOf(random, depth + 1);
  const sometimes = <T extends object>(options: T): T | Record<string, never> =>
    random(2) === 0 ? {} : options;
  switch (random(depth > 2 ? 8 : 13)) {
    case 0:
      return Type.String(sometimes({ minLength: 1, maxLength: 3 }));
    case 1:
      return Type.String(sometimes({ pattern: "^[a-c]*$", default: "a" }));
    case 2:
      return Type.Number(sometimes({ minimum: 0, exclusiveMaximum: 2, default: 1 }));
    case 3:
      return Type.Integer(sometimes({ exclusiveMinimum: 0, maximum: 5 }));
    case 4:
      return Type.Boolean(sometimes({ default: false, title: "?" }));
    case 5:
      return Type.Enum(["a", 1, null] as never, sometimes({ default: "a" }));
    case 6:
      return Type.Literal("a");
    case 7:
      return random(4) === 0 ? Type.String({ format: "ipv4" }) : Type.Unknown();
    case 8:
      return Type.Array(inner(), sometimes({ minItems: 1, maxItems: 2 }));
    case 9:
      return Type.Union([inner(), inner()], sometimes({ default: "a" }));
    case 10:
      return Type.Record(Type.String(), inner());
    case 11:
      return Type.Intersect([Type.Object({ a: inner() }), Type.Object({ b: Type.Optional(inner()) })]);
    default:
      return Type.Object(
        { a: inner(), b: Type.Optional(inner()), ...(random(3) === 0 ? { toString: Type.Any() } : {}) },
        { ...sometimes({ additionalProperties: false }), ...sometimes({ default: {} }) },
      );
  }
}

function madeValue(random: (below: number) => number, depth: number): unknown {
  const piece = (): unknown =>
    depth > 2 || random(2) === 0 ? PIECES[random(PIECES.length)] : madeValue(random, depth + 1);
  switch (random(4)) {
    case 0:
      return Object.fromEntries(["a", "b", "c"].slice(0, random(4)).map((key) => [key, piece()]));
    case 1:
      return Array.from({ length: random(3) }, piece);
    default:
      return PIECES[random(PIECES.length)];
  }
}

describe("the check of settings", () => {
  it("says yes to nothing that TypeBox says no to, and to nearly all that it says yes to", () => {
    const random = randomOf(7);
    let right = 0;
    let quick = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const schema = schemaOf(random, 0);
      for (let more = 0; more < 4; more += 1) {
        const value = madeValue(random, 0);
        const isRight = Value.Check(schema, value);
        const isQuick = fitsQuickly(schema, value);
        assert.ok(isRight || !isQuick, `${JSON.stringify(schema)} is said to fit ${JSON.stringify(value)}`);
        assert.equal(misfitOf(schema, value) === undefined, isRight);
        if (isRight) right += 1;
        if (isQuick) quick += 1;
      }
    }
    assert.ok(right > ROUNDS / 4, `only ${right} fit`);
    assert.ok(quick > right * 0.7, `${quick} of ${right}`);
  });

  it("fills in the defaults that TypeBox fills in, where it fills them in itself", () => {
    const random = randomOf(11);
    let quick = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const schema = schemaOf(random, 0);
      const value = madeValue(random, 0);
      const filled = quickDefaults(schema, structuredClone(value));
      if (filled === undefined) continue;
      quick += 1;
      assert.deepEqual(
        filled.value,
        Value.Default(schema, structuredClone(value)),
        `${JSON.stringify(schema)} and ${JSON.stringify(value)}`,
      );
    }
    assert.ok(quick > ROUNDS / 2, `only ${quick}`);
  });

  it("names the first wrong place, in TypeBox's words", () => {
    const schema = Type.Object({ host: Type.String(), level: Type.Number({ default: 7 }) });
    assert.deepEqual(checkedConfig(schema, { host: "a" }), { host: "a", level: 7 });
    assert.throws(() => checkedConfig(schema, { host: 5 }), {
      code: "NJ_CONFIG_INVALID",
      message: "its configuration is wrong at /host: must be string",
    });
    assert.throws(() => checkedConfig(schema, undefined), { code: "NJ_CONFIG_INVALID" });
  });

  it("takes TypeBox into a plugin's process only where something is wrong", () => {
    const file = (path: string): string => JSON.stringify(resolve("core/plugin", path));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const { Type } = await import(${file("isolated/child-core.ts")});
         const { checkedConfig } = await import(${file("schemas/settings-check.ts")});
         const { isTypeBoxLoaded } = await import(${file("schemas/lazy-typebox.ts")});
         await import(${file("isolated/child-nvr.ts")});
         const schema = Type.Object({ host: Type.String({ pattern: "^a" }), level: Type.Optional(Type.Number({ default: 7 })) });
         checkedConfig(schema, { host: "a" });
         const before = isTypeBoxLoaded();
         let code = "none";
         try { checkedConfig(schema, { host: "b" }); } catch (error) { code = error.code; }
         console.log(before, code, isTypeBoxLoaded());`,
      ],
      { encoding: "utf8" },
    );
    assert.equal(stdout.trim(), "false NJ_CONFIG_INVALID true", stderr);
  });
});
