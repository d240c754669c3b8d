// An errand on a disk in a thread of its own, with a time limit: a disk that hangs stops only its own errand.
// The module that does the errand starts itself as the thread, by its own address.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fromPlainError, NightjarError, type PlainError, toPlainError } from "../../errors.ts";

type Answer = { readonly result: unknown } | { readonly error: PlainError };

/** Where the errand is done, and what is said of it. */
export interface DiskErrand {
  /** The module that answers for it: `new URL(import.meta.url)`. */
  readonly module: URL;
  /** Which of a module's errands it is. */
  readonly name: string;
  /** Can be copied to a thread. */
  readonly order: unknown;
  /** The folder on the disk. */
  readonly path: string;
  readonly limitMs: number;
}

/** Does an errand apart. Rejects with what it throws, or `NJ_VOLUME_TIMEOUT`. */
export function runApart({ module, name, order, path, limitMs }: DiskErrand): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(module, { workerData: { [name]: order } });
    const timer = setTimeout(() => {
      const message = `the disk under ${path} does not answer`;
      reject(new NightjarError("NJ_VOLUME_TIMEOUT", "deadline-exceeded", message, { path }));
      void worker.terminate();
    }, limitMs);
    worker.once("message", (answer: Answer) => {
      clearTimeout(timer);
      if ("error" in answer) reject(fromPlainError(answer.error));
      else resolve(answer.result);
    });
    worker.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/**
 * Called by the module itself: in the errand's thread does it and answers, elsewhere nothing. `unusable` says what to tell of
 * an error that is none of ours.
 */
export function answerApart<Order>(
  name: string,
  perform: (order: Order) => unknown,
  unusable: (order: Order, error: unknown) => { readonly message: string; readonly path: string },
): void {
  const asked: unknown = workerData;
  if (isMainThread || typeof asked !== "object" || asked === null || !(name in asked)) return;
  const order = Reflect.get(asked, name) as Order;
  let answer: Answer;
  try {
    answer = { result: perform(order) };
  } catch (error) {
    if (error instanceof NightjarError) answer = { error: toPlainError(error) };
    else {
      const { message, path } = unusable(order, error);
      const told = new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", message, { path }, error);
      answer = { error: toPlainError(told) };
    }
  }
  parentPort?.postMessage(answer);
}
