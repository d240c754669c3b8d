// Reads the text messages of the live and playback sockets without trusting their shape. Pure.
import type { WireFormat } from "@nightjar/core/wire";

type Message = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Message {
  return typeof value === "object" && value !== null;
}

/** A field as text, or undefined. */
export function textOf(message: Message, field: string): string | undefined {
  const value = message[field];
  return typeof value === "string" ? value : undefined;
}

/** A field as a finite number, or undefined. */
export function numberOf(message: Message, field: string): number | undefined {
  const value = message[field];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The format of a `format` message, or undefined if it is none. */
export function formatOf(message: Message): WireFormat | undefined {
  const format = message["format"];
  if (!isRecord(format) || typeof format["formatId"] !== "number") return undefined;
  const video = format["video"];
  if (video !== undefined && (!isRecord(video) || typeof video["codec"] !== "string")) return undefined;
  return format as unknown as WireFormat;
}

/** Bytes of base64 text; empty for rubbish. */
export function bytesOfBase64(text: string | undefined): Uint8Array<ArrayBuffer> {
  if (text === undefined) return new Uint8Array(0);
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

/** A stream's state as the gateway sends it (`{status, fault?, sinceMs}`) or as the API words it. */
export function stateOf(
  message: Message,
): { status: string; code?: string; message?: string; sinceMs: number } | undefined {
  const state = message["state"];
  if (!isRecord(state) || typeof state["status"] !== "string") return undefined;
  const fault = isRecord(state["fault"]) ? state["fault"] : {};
  const code = textOf(fault, "code");
  const text = textOf(fault, "message");
  return {
    status: state["status"],
    sinceMs: numberOf(state, "sinceMs") ?? Date.now(),
    ...(code === undefined ? {} : { code }),
    ...(text === undefined ? {} : { message: text }),
  };
}
