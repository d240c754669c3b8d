// A job of the plugin installer: what was ordered, how far it is, and what came of it. Bounded, since it is kept in
// memory and sent to everybody who watches.
import { randomBytes } from "node:crypto";
import { contextOf, plainFacts, type Worded } from "../../domain/facts.ts";
import { toPlainError } from "../../errors.ts";
import type { PluginPermissions } from "../package/permissions.ts";

export type PluginJobAction = "install" | "update" | "remove";
/** `failed`: nothing was changed. `undone`: it was changed, did not work, and all is as before. */
export type PluginJobStatus = "waiting" | "running" | "done" | "failed" | "undone";

export interface PluginJobOrder {
  readonly action: PluginJobAction;
  /** What is installed, as parsePluginSource reads it. */
  readonly source?: string;
  /** What is updated or removed. */
  readonly name?: string;
  /** Install scripts may run: all that this needs, or those of these packages (`name@version`). */
  readonly allowScripts?: boolean | readonly string[];
}

/** A package that wants to run a program when it is installed. */
export interface ScriptedPackage {
  readonly name: string;
  readonly version: string;
}

/** A job as it is told. Moments are ISO 8601. */
export interface PluginJob {
  readonly id: string;
  readonly action: PluginJobAction;
  readonly source?: string;
  readonly name?: string;
  readonly status: PluginJobStatus;
  readonly createdAt: string;
  readonly endedAt?: string;
  /** The newest lines of what was done. */
  readonly lines: readonly string[];
  /** How many older lines are not kept. */
  readonly linesLeftOut: number;
  /** Why it failed or was undone, for people, with the error's code. */
  readonly reason?: string;
  readonly code?: string;
  readonly context?: Record<string, string | number>;
  /** Installed in the end. */
  readonly version?: string;
  readonly previousVersion?: string;
  /** What the new one asks to be allowed. */
  readonly permissions?: PluginPermissions;
  /** Packages whose install scripts were not consented to; the reason of a failure with `NJ_PLUGIN_SCRIPTS`. */
  readonly scripts?: readonly ScriptedPackage[];
}

const LINES = 100;

/** A job while the installer works on it. */
export class JobRecord {
  readonly id: string;
  readonly order: PluginJobOrder;
  readonly cancel = new AbortController();
  readonly #createdMs: number;
  readonly #lines: string[] = [];
  #linesLeftOut = 0;
  #endedMs: number | undefined;
  status: PluginJobStatus = "waiting";
  name: string | undefined;
  version: string | undefined;
  previousVersion: string | undefined;
  permissions: PluginPermissions | undefined;
  scripts: readonly ScriptedPackage[] | undefined;
  #reason: (Worded & { readonly message: string }) | undefined;

  constructor(order: PluginJobOrder, nowMs: number, id = `job-${randomBytes(6).toString("hex")}`) {
    this.id = id;
    this.order = order;
    this.name = order.name;
    this.#createdMs = nowMs;
  }

  get isOver(): boolean {
    return this.#endedMs !== undefined;
  }

  addLine(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length <= LINES) return;
    this.#lines.shift();
    this.#linesLeftOut += 1;
  }

  end(status: "done" | "failed" | "undone", nowMs: number, error?: unknown): void {
    this.status = status;
    this.#endedMs = nowMs;
    if (error === undefined) return;
    const { message, code, context = {} } = toPlainError(error);
    this.#reason = { message, code, ...contextOf(context, message) };
  }

  view(): PluginJob {
    const { source } = this.order;
    return {
      id: this.id,
      action: this.order.action,
      ...(source === undefined ? {} : { source }),
      ...(this.name === undefined ? {} : { name: this.name }),
      status: this.status,
      createdAt: new Date(this.#createdMs).toISOString(),
      ...(this.#endedMs === undefined ? {} : { endedAt: new Date(this.#endedMs).toISOString() }),
      lines: [...this.#lines],
      linesLeftOut: this.#linesLeftOut,
      ...(this.#reason === undefined
        ? {}
        : { reason: this.#reason.message, code: this.#reason.code, ...plainFacts(this.#reason) }),
      ...(this.version === undefined ? {} : { version: this.version }),
      ...(this.previousVersion === undefined ? {} : { previousVersion: this.previousVersion }),
      ...(this.permissions === undefined ? {} : { permissions: this.permissions }),
      ...(this.scripts === undefined ? {} : { scripts: this.scripts }),
    };
  }
}
