// Remembers which node was handed a message last, in a file: when a node never gives the thread back, the process is killed,
// and the next one reads there which it was. One write of a few hundred bytes to a file that is open; nothing is synced, for
// only the end of the process has to be survived.
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { FlowNode } from "./protocol.ts";

/** Length of the record: what is shorter is filled up with spaces, so that nothing of an older one is left. */
const RECORD_BYTES = 512;
const TEXT_LIMIT = 100;

export class LastNode {
  readonly #fd: number;
  #known: unknown;

  /** Opens the record anew; what stood in it is gone. Throws what opening a file throws. */
  constructor(file: string) {
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
  }

  /** Called with each node that is handed a message. A record that cannot be kept costs no message. */
  note(node: unknown): void {
    if (node === this.#known) return;
    this.#known = node;
    const found = flowNodeIn(node);
    if (found === undefined) return;
    const record = Buffer.alloc(RECORD_BYTES, " ");
    record.write(JSON.stringify(found));
    try {
      writeSync(this.#fd, record, 0, RECORD_BYTES, 0);
    } catch {
      this.#forget();
    }
  }

  /** Better no node than one that was left long ago. */
  #forget(): void {
    // The same node once more is another try.
    this.#known = undefined;
    try {
      ftruncateSync(this.#fd, 0);
    } catch {
      // A disk that takes nothing at all.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The node that a process which was killed handed a message last. */
export function readLastNode(file: string): FlowNode | undefined {
  try {
    return flowNodeIn(JSON.parse(readFileSync(file, "utf8").slice(0, RECORD_BYTES)));
  } catch {
    // No record, or none that was finished: then it is not known.
    return undefined;
  }
}

/** Id, type and name of a node, shortened; undefined for what is none. */
export function flowNodeIn(value: unknown): FlowNode | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, type, name } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || typeof type !== "string") return undefined;
  return {
    id: id.slice(0, 32),
    type: type.slice(0, 64),
    ...(typeof name === "string" && name !== ""
      ? { name: name.slice(0, TEXT_LIMIT).replaceAll(/[^ -~\p{L}]/gu, " ") }
      : {}),
  };
}
