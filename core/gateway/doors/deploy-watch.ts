// Reads along while an editor deploys flows: on which revision its flows were based, and which one Node-RED has made of them. A
// deploy that was refused, or that says no revision because it is to overwrite whatever there is, counts as none.
import type { IncomingMessage } from "node:http";

/** What Node-RED answers a deploy with is some bytes of JSON. */
const ANSWER_LIMIT_BYTES = 16 * 1024;
/** As Node-RED makes them: hashes. */
const REVISION = /^[\da-f]{8,128}$/;

/** A deploy that Node-RED has taken. */
export interface TakenDeploy {
  /** Of the flows that whoever deployed had before them; Node-RED refuses others than the newest. */
  readonly base: string;
  readonly revision: string;
}

export class DeployWatch {
  readonly #request: Promise<string | undefined>;
  #over: (taken: TakenDeploy | undefined) => void = () => undefined;
  #isAnswered = false;
  /** Resolves once it is known; undefined: nothing that could be followed was deployed. */
  readonly taken: Promise<TakenDeploy | undefined>;

  /** `incoming`: a deploy whose body has not been read yet; `limitBytes`: the longest that is taken. */
  constructor(incoming: IncomingMessage, limitBytes: number) {
    this.#request = revisionIn(incoming, limitBytes);
    this.taken = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  /** Node-RED answers; to be called before anybody reads the answer. */
  answered(answer: IncomingMessage): void {
    this.#isAnswered = true;
    const revision =
      answer.statusCode === 200 ? revisionIn(answer, ANSWER_LIMIT_BYTES) : Promise.resolve(undefined);
    void Promise.all([this.#request, revision]).then(([base, made]) =>
      this.#over(base === undefined || made === undefined ? undefined : { base, revision: made }),
    );
  }

  /** The connection is over. */
  closed(): void {
    if (!this.#isAnswered) this.#over(undefined);
  }
}

/** `rev` of a body of JSON; undefined where there is none, or the body is cut, or too long. */
function revisionIn(message: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    message.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= limitBytes) parts.push(part);
      else parts.length = 0;
    });
    message.once("end", () => resolve(size > limitBytes ? undefined : revisionOf(Buffer.concat(parts))));
    message.once("close", () => resolve(undefined));
  });
}

function revisionOf(body: Buffer): string | undefined {
  try {
    const { rev } = JSON.parse(body.toString("utf8")) as { readonly rev?: unknown };
    return typeof rev === "string" && REVISION.test(rev) ? rev : undefined;
  } catch {
    return undefined;
  }
}
