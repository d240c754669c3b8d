// What a sensor's MQTT message says of its contact. Whoever may publish sent it: it is bounded, and what is neither of the two
// words means nothing. Pure.
import type { DeepReadonly } from "../config/config-store.ts";
import type { InputConfig } from "../config/input-config.ts";

export type MqttSource = DeepReadonly<Extract<InputConfig["source"], { kind: "mqtt" }>>;

/** Sensors send a few hundred bytes. */
export const PAYLOAD_LIMIT_BYTES = 16 * 1024;

/** True: closed; false: open; undefined: nothing of the two. */
export function signalOf({ field, closed, open }: MqttSource, payload: Buffer): boolean | undefined {
  if (payload.length > PAYLOAD_LIMIT_BYTES) return undefined;
  const text = payload.toString("utf8");
  const word = field === undefined ? text : fieldOf(text, field);
  if (word === closed) return true;
  return word === open ? false : undefined;
}

function fieldOf(text: string, field: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined;
    const found = (value as Readonly<Record<string, unknown>>)[field];
    return ["string", "number", "boolean"].includes(typeof found) ? String(found) : undefined;
  } catch {
    // A message that is no JSON says nothing.
    return undefined;
  }
}
