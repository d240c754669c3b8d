// Messages between the thread that asks and the worker that holds a node:sqlite connection.
import type { RunResult, SqlParams } from "./db.ts";

/** `open` comes first; after `close`, `open` may come again. */
export type WorkerOrder =
  | { readonly kind: "open"; readonly file: string }
  | { readonly kind: "all" | "run"; readonly sql: string; readonly params: SqlParams }
  | { readonly kind: "exec"; readonly sql: string }
  | { readonly kind: "close" };

export type WorkerRequest = WorkerOrder & { readonly id: number };

export type WorkerReply =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly result: RunResult }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: { readonly resultCode: number; readonly message: string } };
