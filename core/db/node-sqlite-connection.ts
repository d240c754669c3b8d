// The driver over node:sqlite, one worker thread per connection: built into Node, so that it is always there.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { SqlConnection } from "./connection.ts";
import type { RunResult, SqlParams } from "./db.ts";
import type { WorkerReply, WorkerRequest } from "./node-sqlite-protocol.ts";
import { closedError, dbError } from "./sql-errors.ts";

/** Opens a connection; `file` is created if it is not there. */
export async function openNodeSqliteConnection(file: string): Promise<SqlConnection> {
  const worker = new Worker(new URL("./node-sqlite-worker.ts", import.meta.url), {
    workerData: { file },
    name: "nightjar-db",
  });
  try {
    await once(worker, "online");
    const connection = new NodeSqliteConnection(worker);
    // The first statement fails if the worker could not open the file and ended.
    await connection.exec("select 1");
    return connection;
  } catch (error) {
    await worker.terminate();
    throw error instanceof Error && "code" in error && String(error.code).startsWith("NJ_")
      ? error
      : dbError(14, error instanceof Error ? error.message : String(error), error);
  }
}

interface Waiter {
  readonly resolve: (reply: WorkerReply) => void;
  readonly reject: (error: Error) => void;
}

class NodeSqliteConnection implements SqlConnection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #nextId = 1;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (reply: WorkerReply) => this.#settle(reply));
    worker.on("error", (error) => this.#end(dbError(1, String(error), error)));
    worker.on("exit", () => this.#end(closedError()));
  }

  async all<Row>(sql: string, params: SqlParams): Promise<Row[]> {
    const reply = await this.#ask("all", sql, params);
    return ("rows" in reply ? reply.rows : []) as Row[];
  }

  async run(sql: string, params: SqlParams): Promise<RunResult> {
    const reply = await this.#ask("run", sql, params);
    return "result" in reply ? reply.result : { changes: 0, lastRowId: 0 };
  }

  async exec(sql: string): Promise<void> {
    await this.#ask("exec", sql, []);
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = once(this.#worker, "exit");
    await this.#ask("close", "", []);
    await exited;
  }

  #ask(kind: WorkerRequest["kind"], sql: string, params: SqlParams): Promise<WorkerReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const request: WorkerRequest = { id: this.#nextId++, kind, sql, params };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #settle(reply: WorkerReply): void {
    const waiter = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiter?.reject(dbError(reply.error.resultCode, reply.error.message));
    else waiter?.resolve(reply);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
