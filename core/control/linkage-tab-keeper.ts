// Keeps the tab "Alarm linkage" and the linkage rules as one: asks Node-RED for its flows, puts the tab's nodes in and deploys,
// when rules change and when somebody has deployed. What a person has deployed on the newest flows, while the tab was as the
// rules are, changes the rules first; nothing else does. Never in safe mode, which a deploy would end.

import type { Clock, Timer } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { LinkageRule } from "../config/linkage-config.ts";
import { NightjarError } from "../errors.ts";
import { type StoredNode, withLinkageTab } from "../flows/linkage-tab.ts";
import { FLOWS_EDITOR_PATH } from "../flows/protocol.ts";
import { type RefusedWish, type TabBefore, tabWishes, withAdoptions } from "../flows/tab-wishes.ts";
import type { Log } from "../log.ts";
import { request } from "../node-http.ts";

const TITLE = "Alarm linkage";
const ANSWER_MS = 10_000;
/** Somebody else may deploy between asking and deploying. */
const TRIES = 3;
const LIMIT_BYTES = 8 * 1024 * 1024;
/** Longest that the tab is left alone for a person's deploy that was announced: what comes of it is told long before. */
const DEPLOY_MS = 45_000;

/** What a person has deployed. */
export interface PersonsDeploy {
  /** Of the flows that they had before them. */
  readonly base: string;
  readonly revision: string;
  /**
   * Puts other rules in the place of those whose text this is, in the name of the person. False: they are others by now, or the
   * person may not. May reject.
   */
  change(rules: readonly LinkageRule[], changed: readonly string[], before: string): Promise<boolean>;
}

/** Why the rules are not as somebody has deployed the tab. */
export interface TabNotice {
  readonly atMs: number;
  readonly reason: RefusedWish["reason"] | "other-flows" | "not-changed";
  readonly rule?: string;
  readonly action?: string;
}

export interface LinkageTabParts {
  readonly clock: Clock;
  readonly problemOf: TabBefore["problemOf"];
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
  /** The tab as it was made last: what a person's deploy is compared with. */
  #made:
    | { readonly revision: string; readonly rules: string; readonly nodes: ReadonlySet<string> }
    | undefined;
  /** Deploys of persons that are on their way. */
  #onTheirWay = 0;
  #patience: Timer | undefined;
  #deployed: PersonsDeploy | undefined;
  #notices: readonly TabNotice[] = [];
  /** Nodes that become ticks, until they are so in the flows: the rules have the actions already. */
  #adoptions: Parameters<typeof withAdoptions>[1] = [];

  constructor(parts: LinkageTabParts) {
    this.#parts = parts;
  }

  /** Of the last deploy by a person, if it asked for what could not be. */
  get notices(): readonly TabNotice[] {
    return this.#notices;
  }

  /** Flows do not run: what somebody deploys then is to mend them, and no wish about rules. */
  forget(): void {
    this.#made = undefined;
    this.#adoptions = [];
  }

  /** A person is about to deploy: the tab is left alone until it is known what came of it. */
  deployBegins(): void {
    this.#onTheirWay += 1;
    this.#patience?.cancel();
    this.#patience = this.#parts.clock.after(DEPLOY_MS, () => {
      this.#onTheirWay = 0;
      this.look();
    });
  }

  /** What came of it; undefined: nothing that is anybody's wish. */
  deployOver(deployed: PersonsDeploy | undefined): void {
    this.#onTheirWay = Math.max(0, this.#onTheirWay - 1);
    if (deployed !== undefined) this.#deployed = deployed;
    if (this.#onTheirWay > 0) return;
    this.#patience?.cancel();
    this.look();
  }

  /** Rules or flows may be others now. One look after the other; those that wait are one. */
  look(): void {
    if (this.#isAsked || this.#onTheirWay > 0 || !this.#parts.isRunning()) return;
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
      // Begun meanwhile: what comes of it is looked at then.
      if (this.#onTheirWay > 0) return;
      const { body } = await this.#ask("GET");
      // Before its flows are loaded Node-RED answers null.
      const { flows, rev } = (body ?? {}) as { readonly flows: readonly StoredNode[]; readonly rev: string };
      if (!Array.isArray(flows)) return;
      const deployed = this.#deployed;
      this.#deployed = undefined;
      if (deployed?.revision === rev)
        this.#adoptions = [...this.#adoptions, ...(await this.#follow(flows, deployed))];
      const adoptions = this.#adoptions.filter(({ node }) => flows.some(({ id }) => id === node));
      const { rules } = this.#parts.config.get().linkage;
      const next = withLinkageTab(withAdoptions(flows, adoptions), rules, TITLE);
      const made = (revision: string): void => {
        this.#adoptions = [];
        this.#made = { revision, rules: JSON.stringify(rules), nodes: new Set(next.map(({ id }) => id)) };
      };
      if (next === flows) {
        made(rev);
        return;
      }
      const { status, body: answer } = await this.#ask("POST", { flows: next, rev });
      if (status === 200) {
        made(String((answer as { readonly rev?: unknown }).rev));
        return;
      }
      if (status !== 409) {
        throw new NightjarError("NJ_FLOWS_AWAY", "unavailable", `Node-RED refused the tab with ${status}`);
      }
    }
  }

  /** Has the rules changed as a person has deployed the tab; gives the nodes that become ticks. */
  async #follow(
    flows: readonly StoredNode[],
    deployed: PersonsDeploy,
  ): Promise<Parameters<typeof withAdoptions>[1]> {
    const { clock, config, log, problemOf } = this.#parts;
    const { rules } = config.get().linkage;
    const before = JSON.stringify(rules);
    const made = this.#made;
    const atMs = clock.wallMs();
    this.#notices = [];
    if (made === undefined || made.revision !== deployed.base || made.rules !== before) {
      // What is missing may never have been before their eyes. Where nothing is, nothing was asked for.
      if (withLinkageTab(flows, rules, TITLE) !== flows) this.#notices = [{ atMs, reason: "other-flows" }];
      return [];
    }
    const wishes = tabWishes(flows, { rules, nodes: made.nodes, problemOf });
    this.#notices = wishes.refused.map((refused) => ({ atMs, ...refused }));
    for (const { rule, action, reason } of wishes.refused)
      log.warn("an action of the tab of alarm linkage was not ticked", { rule, action, reason });
    if (wishes.changed.length === 0) return [];
    try {
      if (await deployed.change(wishes.rules, wishes.changed, before)) return wishes.adoptions;
    } catch (error) {
      log.warn("the rules were not changed as the tab of alarm linkage is", { reason: String(error) });
    }
    this.#notices = [...this.#notices, { atMs, reason: "not-changed" }];
    return [];
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
