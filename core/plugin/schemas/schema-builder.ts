// `Type` as isolated plugins get it: the common builders of TypeBox, made here, so that TypeBox itself need not be
// loaded. What they make is what TypeBox makes, hidden marks and all, so that both may be mixed; every other builder is
// TypeBox's own, loaded when it is first asked for. tests/core/plugin/schemas holds the two against each other.
import type { Type as TypeBoxType } from "typebox";
import { wholeTypeBox } from "./lazy-typebox.ts";

type Schema = Readonly<Record<string, unknown>>;
type Builder = (...given: never[]) => unknown;

/** A schema of a kind, as TypeBox makes it: options may overrule, the kind is hidden. */
function make(kind: string, own: Schema, options: Schema = {}): Schema {
  const schema = { ...own, ...options };
  hide(schema, "~kind", kind);
  return schema;
}

function hide(schema: object, key: string, value: unknown): void {
  Object.defineProperty(schema, key, { value, configurable: true, writable: true, enumerable: false });
}

const plain =
  (kind: string, own: Schema) =>
  (options?: Schema): Schema =>
    make(kind, own, options);

const BUILDERS: Readonly<Record<string, Builder>> = {
  Any: plain("Any", {}),
  Boolean: plain("Boolean", { type: "boolean" }),
  Integer: plain("Integer", { type: "integer" }),
  Null: plain("Null", { type: "null" }),
  Number: plain("Number", { type: "number" }),
  String: plain("String", { type: "string" }),
  Unknown: plain("Unknown", {}),
  Array: (items: Schema, options?: Schema) => make("Array", { type: "array", items }, options),
  Union: (anyOf: readonly Schema[], options?: Schema) => make("Union", { anyOf }, options),
  Literal: (value: unknown, options?: Schema) =>
    ["string", "number", "boolean"].includes(typeof value)
      ? make("Literal", { type: typeof value, const: value }, options)
      : whole("Literal")(value, options),
  Enum: (values: unknown, options?: Schema) =>
    Array.isArray(values) ? make("Enum", { enum: values }, options) : whole("Enum")(values, options),
  Object: (properties: Readonly<Record<string, object>>, options?: Schema) => {
    const required = Object.getOwnPropertyNames(properties).filter(
      (key) => !isOptional(properties[key] as object),
    );
    return make(
      "Object",
      { type: "object", ...(required.length > 0 ? { required } : {}), properties },
      options,
    );
  },
  Optional: (schema: object) => {
    const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
    hide(copy, "~optional", true);
    return copy;
  },
  Record: (key: Schema, value: Schema, options?: Schema) =>
    isPlainString(key)
      ? make("Record", { type: "object", patternProperties: { "^.*$": value } }, options)
      : whole("Record")(key, value, options),
};

function whole(name: string): (...given: unknown[]) => unknown {
  return Reflect.get(wholeTypeBox().Type, name) as (...given: unknown[]) => unknown;
}

function isOptional(schema: object): boolean {
  return "~optional" in schema;
}

/** `Type.String()` as it comes: any key at all. */
function isPlainString(schema: Schema): boolean {
  return Reflect.get(schema, "~kind") === "String" && Object.keys(schema).length === 1;
}

/** TypeBox's `Type`. */
export const Type: typeof TypeBoxType = new Proxy(BUILDERS, {
  get: (own, name) =>
    typeof name === "string" && Object.hasOwn(own, name) ? own[name] : Reflect.get(wholeTypeBox().Type, name),
  has: (_own, name) => name in wholeTypeBox().Type,
  ownKeys: () => Reflect.ownKeys(wholeTypeBox().Type),
  getOwnPropertyDescriptor: (own, name) =>
    name in wholeTypeBox().Type
      ? {
          value: Reflect.get(Object.hasOwn(own, name) ? own : wholeTypeBox().Type, name),
          enumerable: true,
          configurable: true,
          writable: true,
        }
      : undefined,
  set: () => false,
  deleteProperty: () => false,
  defineProperty: () => false,
}) as unknown as typeof TypeBoxType;
