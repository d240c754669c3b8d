// Asks the login providers of plugins for names that have no password here, and makes of their answer what the
// administrator's mapping in config.json says. A provider says yes or no and names groups; it decides nothing else, and none
// of its faults reaches an account of the recorder's own.
import type { Clock } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { CameraScope, Role } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { LoginIdentity, LoginProvider } from "../plugin/contract/login-provider.ts";

/** A login provider that the owner has named, and what follows from its answers. */
export type LoginConfig = FrozenConfig["logins"][number];

/** Providers are asked about so many sign-ins at once; each may take five seconds. */
const AT_ONCE = 8;
const GROUPS_LIMIT = 500;
const GROUP_LENGTH_LIMIT = 300;
/** A provider that does not answer is named in the log this often at most. */
const COMPLAIN_EVERY_MS = 60_000;
const REASON_LIMIT = 500;

/** What the providers say, and what follows. */
export type SourceVerdict =
  | { readonly kind: "right"; readonly source: string; readonly role: Role; readonly cameras: CameraScope }
  | { readonly kind: "wrong" }
  /** None said yes, and not all could be asked; `judged`: at least one said no. */
  | { readonly kind: "away"; readonly judged: boolean };

export interface LoginSourcesOptions {
  /** `logins` of config.json. */
  configured(): readonly LoginConfig[];
  /** What plugins have registered. */
  registered(): readonly { readonly plugin: string; readonly entry: LoginProvider }[];
  /** False: the plugin is not installed, refused or switched off, and its accounts are nobody's. */
  isPresent(plugin: string): boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** A provider as people see it. */
export interface LoginSourceState {
  readonly source: string;
  /** Undefined while no plugin has registered it. */
  readonly displayName?: string;
  /** False: no `logins` of config.json names it, so nobody tells it anything. */
  readonly isAsked: boolean;
  /** Why it cannot be asked, or did not answer the last time, for administrators. */
  readonly reason?: string;
}

export class LoginSources {
  readonly #options: LoginSourcesOptions;
  readonly #faults = new Map<string, { readonly reason: string; readonly toldMs: number }>();
  #asking = 0;

  constructor(options: LoginSourcesOptions) {
    this.#options = options;
  }

  /** True if accounts of this provider may sign in and stay signed in: it is configured, and its plugin is there. */
  isActive(source: string): boolean {
    return (
      this.#options.configured().some((login) => login.source === source) &&
      this.#options.isPresent(partsOfSource(source).plugin)
    );
  }

  /** All that are asked, in their order, and those that plugins bring besides. */
  states(): LoginSourceState[] {
    const asked = this.#options.configured().map(({ source }) => source);
    const others = this.#options
      .registered()
      .map(({ plugin, entry }) => `${plugin}/${entry.id}`)
      .filter((source) => !asked.includes(source));
    return [...asked, ...others].map((source) => {
      const displayName = this.#find(source)?.displayName;
      // That it was away says nothing once it is there.
      const fault = this.#faults.get(source)?.reason;
      const reason =
        displayName === undefined ? notThere(source) : fault === notThere(source) ? undefined : fault;
      return {
        source,
        isAsked: asked.includes(source),
        ...(displayName === undefined ? {} : { displayName }),
        ...(reason === undefined ? {} : { reason }),
      };
    });
  }

  /**
   * Asks about a name: the provider that knows its account, or all of them in turn while it has none. Throws
   * `NJ_LOGIN_BUSY` while too many wait for providers.
   */
  async judge(userName: string, password: string, source: string | undefined): Promise<SourceVerdict> {
    // Directories take a name without a password for a visit without a name, and say yes.
    if (password === "") return { kind: "wrong" };
    let away = false;
    let judged = false;
    for (const login of this.#options.configured()) {
      if (source !== undefined && login.source !== source) continue;
      const answer = await this.#ask(login, userName, password);
      if (answer === "away") away = true;
      else if (answer !== undefined) return mapped(login, answer);
      else judged = true;
    }
    return away ? { kind: "away", judged } : { kind: "wrong" };
  }

  #find(source: string): LoginProvider | undefined {
    const { plugin, id } = partsOfSource(source);
    if (!this.#options.isPresent(plugin)) return undefined;
    return this.#options.registered().find((one) => one.plugin === plugin && one.entry.id === id)?.entry;
  }

  async #ask(
    { source }: LoginConfig,
    userName: string,
    password: string,
  ): Promise<LoginIdentity | undefined | "away"> {
    const provider = this.#find(source);
    if (provider === undefined) {
      this.#complain(source, notThere(source));
      return "away";
    }
    if (this.#asking >= AT_ONCE) {
      throw new NightjarError(
        "NJ_LOGIN_BUSY",
        "unavailable",
        "too many passwords wait to be checked, try again",
      );
    }
    this.#asking += 1;
    const abort = new AbortController();
    try {
      const answer: unknown = await provider.check({ userName, password }, { signal: abort.signal });
      const identity = checkedIdentity(answer);
      this.#faults.delete(source);
      return identity;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.#complain(source, said.replaceAll(password, "***").slice(0, REASON_LIMIT));
      return "away";
    } finally {
      this.#asking -= 1;
      // Past its time nobody waits for it any more.
      abort.abort();
    }
  }

  #complain(source: string, reason: string): void {
    const now = this.#options.clock.monotonicMs();
    const known = this.#faults.get(source);
    const isNews = known === undefined || known.reason !== reason || now - known.toldMs >= COMPLAIN_EVERY_MS;
    this.#faults.set(source, { reason, toldMs: isNews ? now : known.toldMs });
    if (isNews) this.#options.log.warn("a login provider does not answer", { source, reason });
  }
}

/** A source's parts; a package's name may hold a slash itself. */
export function partsOfSource(source: string): { readonly plugin: string; readonly id: string } {
  const at = source.lastIndexOf("/");
  return { plugin: source.slice(0, at), id: source.slice(at + 1) };
}

/** What a provider answered, if it is what was asked for. `null` is what JSON makes of "nothing". */
function checkedIdentity(answer: unknown): LoginIdentity | undefined {
  if (answer === undefined || answer === null) return undefined;
  const groups: unknown = typeof answer === "object" ? (answer as { groups?: unknown }).groups : undefined;
  const isRight =
    Array.isArray(groups) &&
    groups.length <= GROUPS_LIMIT &&
    groups.every((group) => typeof group === "string" && group.length <= GROUP_LENGTH_LIMIT);
  if (isRight) return { groups: groups as string[] };
  throw new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    `a login provider is to answer { groups: [...] } with up to ${GROUPS_LIMIT} names, or nothing`,
  );
}

function mapped(login: LoginConfig, { groups }: LoginIdentity): SourceVerdict {
  const { source } = login;
  const found = login.groups.find(({ group }) => groups.includes(group));
  const role = found === undefined ? login.role : found.role;
  if (role === null) return { kind: "wrong" };
  const cameras = role === "administrator" ? "all" : (found ?? login).cameras;
  return { kind: "right", source, role, cameras };
}

function notThere(source: string): string {
  const { plugin, id } = partsOfSource(source);
  return `there is no login provider "${id}" of ${plugin}: the plugin is not installed, or it does not run`;
}
