// The driver over node:sqlite, one worker thread per connection: built into Node, so that it is always there.
import { Worker } from "node:worker_threads";
import { SpareThreads } from "../spare-threads.ts";
import type { SqlConnection } from "./connection.ts";
import type { RunResult, SqlParams } from "./db.ts";
import type { WorkerOrder, WorkerReply } from "./node-sqlite-protocol.ts";
import { closedError, dbError } from "./sql-errors.ts";

/** As many as one database takes: a reader and a writer. */
const threads = new SpareThreads(
  () => new Worker(new URL("./node-sqlite-worker.ts", import.meta.url), { name: "nightjar-db" }),
  2,
);

/** Opens a connection; `file` is created if it is not there. */
export async function openNodeSqliteConnection(file: string): Promise<SqlConnection> {
  const connection = new NodeSqliteConnection(threads.take());
  await connection.open(file);
  return connection;
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
  #closing: Promise<void> | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", this.#settle).on("error", this.#fail).on("exit", this.#exited);
  }

  async open(file: string): Promise<void> {
    try {
      await this.#ask({ kind: "open", file });
    } catch (error) {
      await this.#worker.terminate();
      throw error;
    }
  }

  async all<Row>(sql: string, params: SqlParams): Promise<Row[]> {
    const reply = await this.#ask({ kind: "all", sql, params });
    return ("rows" in reply ? reply.rows : []) as Row[];
  }

  async run(sql: string, params: SqlParams): Promise<RunResult> {
    const reply = await this.#ask({ kind: "run", sql, params });
    return "result" in reply ? reply.result : { changes: 0, lastRowId: 0 };
  }

  async exec(sql: string): Promise<void> {
    await this.#ask({ kind: "exec", sql });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = this.#ask({ kind: "close" });
    this.#ended = closedError();
    try {
      await closed;
    } catch (error) {
      await this.#worker.terminate();
      throw error;
    }
    this.#worker.off("message", this.#settle).off("error", this.#fail).off("exit", this.#exited);
    threads.giveBack(this.#worker);
  }

  #ask(order: WorkerOrder): Promise<WorkerReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...order });
    });
  }

  readonly #settle = (reply: WorkerReply): void => {
    const waiter = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiter?.reject(dbError(reply.error.resultCode, reply.error.message));
    else waiter?.resolve(reply);
  };

  readonly #fail = (error: unknown): void => this.#end(dbError(1, String(error), error));

  readonly #exited = (): void => this.#end(closedError());

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
