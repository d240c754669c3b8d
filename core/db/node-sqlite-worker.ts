// The worker thread that holds one node:sqlite connection: its calls are synchronous and would stall the loop
// of the thread that asks. Run by node-sqlite-connection.ts; speaks node-sqlite-protocol.ts.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { NightjarError } from "../errors.ts";
import { STATEMENT_CACHE_SIZE } from "./connection.ts";
import type { WorkerReply, WorkerRequest } from "./node-sqlite-protocol.ts";
import { resultCodeOf } from "./sql-errors.ts";

const port = parentPort;
if (port === null) {
  throw new NightjarError("NJ_INTERNAL", "internal", "node-sqlite-worker.ts runs as a worker thread only");
}
let opened: DatabaseSync | undefined;
const statements = new Map<string, StatementSync>();

port.on("message", (request: WorkerRequest) => {
  let reply: WorkerReply;
  try {
    reply = serve(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply = { id: request.id, error: { resultCode: resultCodeOf(error), message } };
  }
  port.postMessage(reply);
});

function serve(request: WorkerRequest): WorkerReply {
  switch (request.kind) {
    case "open":
      opened = new DatabaseSync(request.file);
      return { id: request.id, done: true };
    case "all":
      return { id: request.id, rows: statement(request.sql).all(...request.params) };
    case "run": {
      const { changes, lastInsertRowid } = statement(request.sql).run(...request.params);
      return {
        id: request.id,
        result: { changes: Number(changes), lastRowId: Number(lastInsertRowid) },
      };
    }
    case "exec":
      database().exec(request.sql);
      return { id: request.id, done: true };
    case "close":
      statements.clear();
      database().close();
      opened = undefined;
      return { id: request.id, done: true };
  }
}

function database(): DatabaseSync {
  if (opened === undefined) throw new NightjarError("NJ_INTERNAL", "internal", "no database is open here");
  return opened;
}

function statement(sql: string): StatementSync {
  let prepared = statements.get(sql);
  if (prepared === undefined) prepared = database().prepare(sql);
  else statements.delete(sql);
  statements.set(sql, prepared);
  if (statements.size > STATEMENT_CACHE_SIZE) {
    const [oldest] = statements.keys();
    if (oldest !== undefined) statements.delete(oldest);
  }
  return prepared;
}
