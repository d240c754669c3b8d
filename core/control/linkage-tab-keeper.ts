// Keeps the tab "Alarm linkage" as the linkage rules are: asks Node-RED for its flows, puts the tab's nodes in and deploys,
// when rules change and when somebody has deployed. Never in safe mode, which a deploy would end.
import { request } from "node:http";
import type { ConfigStore } from "../config/config-store.ts";
import { NightjarError } from "../errors.ts";
import { type StoredNode, withLinkageTab } from "../flows/linkage-tab.ts";
import { FLOWS_EDITOR_PATH } from "../flows/protocol.ts";
import type { Log } from "../log.ts";

const TITLE = "Alarm linkage";
const ANSWER_MS = 10_000;
/** Somebody else may deploy between asking and deploying. */
const TRIES = 3;
const LIMIT_BYTES = 8 * 1024 * 1024;

export interface LinkageTabParts {
  /** Node-RED's own socket. */
  readonly socketPath: string;
  readonly config: ConfigStore;
  readonly log: Log;
  /** True while flows run, and not in safe mode. */
  isRunning(): boolean;
}

export class LinkageTabKeeper {
  readonly #parts: LinkageTabParts;
  #tail: Promise<void> = Promise.resolve();
  #isAsked = false;

  constructor(parts: LinkageTabParts) {
    this.#parts = parts;
  }

  /** Rules or flows may be others now. One look after the other; those that wait are one. */
  look(): void {
    if (this.#isAsked || !this.#parts.isRunning()) return;
    this.#isAsked = true;
    this.#tail = this.#tail.then(async () => {
      this.#isAsked = false;
      try {
        await this.#keep();
      } catch (error) {
        this.#parts.log.warn("the tab of alarm linkage was not brought up to date", {
          reason: String(error),
        });
      }
    });
  }

  settled(): Promise<void> {
    return this.#tail;
  }

  async #keep(): Promise<void> {
    for (let tries = 0; tries < TRIES && this.#parts.isRunning(); tries += 1) {
      const { body } = await this.#ask("GET");
      // Before its flows are loaded Node-RED answers null.
      const { flows, rev } = (body ?? {}) as { readonly flows: readonly StoredNode[]; readonly rev: string };
      if (!Array.isArray(flows)) return;
      const next = withLinkageTab(flows, this.#parts.config.get().linkage.rules, TITLE);
      if (next === flows) return;
      const { status } = await this.#ask("POST", { flows: next, rev });
      if (status === 200) return;
      if (status !== 409) {
        throw new NightjarError("NJ_FLOWS_AWAY", "unavailable", `Node-RED refused the tab with ${status}`);
      }
    }
  }

  #ask(method: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath: this.#parts.socketPath,
          ...{ method, path: `${FLOWS_EDITOR_PATH}/flows`, timeout: ANSWER_MS, agent: false },
          headers: {
            "content-type": "application/json",
            "node-red-api-version": "v2",
            // What did not change goes on running.
            "node-red-deployment-type": "nodes",
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          let size = 0;
          answer.on("data", (part: Buffer) => {
            size += part.length;
            if (size > LIMIT_BYTES) asked.destroy();
            else parts.push(part);
          });
          answer.on("error", reject);
          answer.on("end", () => {
            try {
              const text = Buffer.concat(parts).toString("utf8");
              resolve({ status: answer.statusCode ?? 0, body: text === "" ? {} : JSON.parse(text) });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      asked.on("timeout", () => asked.destroy());
      asked.on("error", reject);
      asked.on("close", () => reject(new NightjarError("NJ_FLOWS_AWAY", "unavailable", "Node-RED has gone")));
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
