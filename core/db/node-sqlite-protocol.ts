// Messages between the thread that asks and the worker that holds a node:sqlite connection.
import type { RunResult, SqlParams } from "./db.ts";

export interface WorkerRequest {
  readonly id: number;
  readonly kind: "all" | "run" | "exec" | "close";
  readonly sql: string;
  readonly params: SqlParams;
}

export type WorkerReply =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly result: RunResult }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: { readonly resultCode: number; readonly message: string } };
