// What flows are allowed, as their process reads it in its environment. By itself: the supervisor, which writes it there, needs
// no schema.
import { Value } from "typebox/value";
import { type FlowsAllowed, FlowsAllowedSchema } from "../config/flows-config.ts";
import { NOTHING_ALLOWED } from "./allowed.ts";

/** What was allowed by the supervisor; nothing where it cannot be read. */
export function readAllowed(text: string | undefined): FlowsAllowed {
  if (text === undefined) return NOTHING_ALLOWED;
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(FlowsAllowedSchema, value) ? value : NOTHING_ALLOWED;
  } catch {
    return NOTHING_ALLOWED;
  }
}
