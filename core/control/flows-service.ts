// Flows as the recorder runs them: has the process run while the settings want it, hears how it is, and answers the API.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { FlowsAllowed } from "../config/flows-config.ts";
import type { LinkageRule } from "../config/linkage-config.ts";
import { MOST_BARRED } from "../flows/barred-nodes.ts";
import type { ModuleChange } from "../flows/contributed-nodes.ts";
import { setAsideIn } from "../flows/flow-files.ts";
import { flowNodeIn } from "../flows/last-node.ts";
import {
  type CoreMethodsForFlows,
  FLOWS_HTTP_SOCKET,
  FLOWS_LINK_SOCKET,
  type FlowsBroker,
  type FlowsState,
} from "../flows/protocol.ts";
import type { FlowsView } from "../http/flows-schemas.ts";
import type { FlowsService } from "../http/services.ts";
import { LINK_VERSION, type LinkServer, listenLinks } from "../link/link.ts";
import type { Log } from "../log.ts";
import type { FlowsDoor } from "../mqtt/flows-door.ts";
import type { Registries } from "../plugin/install/registries.ts";
import type { RoleContext } from "../supervisor/process-contract.ts";
import type { AuditLog } from "../users/audit-log.ts";
import { mayDo } from "../users/principal.ts";
import { flowFolderApart } from "./flow-folders.ts";
import { FlowModules } from "./flow-modules.ts";
import type { DeployedBy } from "./gateway-link.ts";
import { LinkageTabKeeper, type LinkageTabParts } from "./linkage-tab-keeper.ts";

export interface FlowsParts {
  /** Folder of the sockets between processes. */
  readonly run: string;
  readonly instance: string;
  readonly dataDir: string;
  /** Where contributed nodes come from. */
  readonly registries: () => Registries;
  readonly config: ConfigStore;
  readonly log: Log;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, "record">;
  readonly linkage: { actionProblem: LinkageTabParts["problemOf"] };
  /** How flows reach the recorder's broker. */
  readonly door: Pick<FlowsDoor, "login">;
  /** Runs the process, or ends it, and says how it is. */
  readonly supervisor: Pick<RoleContext, "want" | "processes">;
  /** True where Node-RED is installed. */
  readonly isInstalled?: () => boolean;
}

export class Flows implements FlowsService {
  readonly #parts: FlowsParts;
  readonly #isInstalled: boolean;
  #state: FlowsState | undefined;
  /** What the supervisor was told: nothing yet by a core that was started anew, while the process may be there. */
  #isWanted: boolean | undefined;
  /** The same of what flows are allowed, as text. */
  #toldAllowed = "";
  #following: Promise<void> = Promise.resolve();
  readonly #modules: FlowModules;
  readonly #tab: LinkageTabKeeper;
  #server: LinkServer | undefined;
  #stopFollowing: (() => void) | undefined;

  constructor(parts: FlowsParts) {
    this.#parts = parts;
    this.#tab = new LinkageTabKeeper({
      socketPath: join(parts.run, FLOWS_HTTP_SOCKET),
      ...{ config: parts.config, log: parts.log, clock: parts.clock },
      problemOf: (action, settings) => parts.linkage.actionProblem(action, settings),
      isRunning: () => parts.config.get().flows.enabled && this.#state?.mode === "running",
    });
    this.#modules = new FlowModules({
      ...{ dataDir: parts.dataDir, log: parts.log, registries: parts.registries },
      isAllowed: () => parts.config.get().flows.allowed.modules,
    });
    this.#isInstalled = (parts.isInstalled ?? isNodeRedInstalled)();
  }

  /** Called once the recorder serves: nothing waits for Node-RED. */
  async start(): Promise<void> {
    const { run, instance, config } = this.#parts;
    const handlers = {
      state: (state: FlowsState) => {
        this.#state = tame(state);
        if (this.#state.mode === "safe") this.#tab.forget();
        this.#tab.look();
      },
      broker: () => this.#broker(),
      module: (change: ModuleChange) => this.#modules.change(change),
    } satisfies CoreMethodsForFlows;
    this.#server = await listenLinks(
      join(run, FLOWS_LINK_SOCKET),
      () => ({ hello: { role: "core", version: LINK_VERSION, instance }, handlers }),
      () => undefined,
    );
    this.#stopFollowing = config.onChange("flows", (next, previous) => {
      const own = ({ flows, storage }: typeof next): string => JSON.stringify([flows, storage.volumes]);
      // Folders are looked at for it, and a disk that hangs is to hold up no other setting.
      if (own(next) !== own(previous)) this.#follow();
      if (JSON.stringify(next.linkage) !== JSON.stringify(previous.linkage)) this.#tab.look();
    });
    this.#follow();
  }

  async close(): Promise<void> {
    this.#stopFollowing?.();
    await this.#following;
    this.#modules.close();
    await this.#tab.settled();
    await this.#server?.close();
  }

  /** A person is about to deploy flows. */
  deployBegins(): void {
    this.#tab.deployBegins();
  }

  /** What came of it. */
  deployOver(deployed: DeployedBy | undefined): void {
    if (deployed === undefined) {
      this.#tab.deployOver(undefined);
      return;
    }
    const { base, revision, principal, remoteAddress } = deployed;
    const { config, audit } = this.#parts;
    this.#tab.deployOver({
      ...{ base, revision },
      async change(rules, changed, before) {
        if (!mayDo(principal, "settings.edit")) return false;
        // Compared where changes are made one after the other: nobody comes in between.
        let isSame = false;
        await config.update(({ linkage: draft }: Config) => {
          isSame = JSON.stringify(draft.rules) === before;
          if (isSame) draft.rules = structuredClone(rules) as LinkageRule[];
        });
        if (!isSame) return false;
        const { userName } = principal;
        audit.record({
          userName,
          remoteAddress,
          action: "linkage-changed",
          detail: { rules: changed, source: "flows" },
        });
        return true;
      },
    });
  }

  /** Folders as they are given to flows. Throws `NJ_FLOWS_FOLDER`. */
  async checkedFolders(folders: readonly string[]): Promise<string[]> {
    const kept = this.#keptFolders();
    return [...new Set(await Promise.all(folders.map((folder) => flowFolderApart(folder, kept))))];
  }

  view(): FlowsView {
    const { enabled, allowed } = this.#parts.config.get().flows;
    const always = { enabled, allowed: { ...allowed, folders: [...allowed.folders] } };
    if (!enabled) return { ...always, status: "off" };
    if (!this.#isInstalled) return { ...always, status: "missing" };
    const running = this.#parts.supervisor.processes().find(({ role }) => role === "flows");
    if (running?.problem !== undefined) return { ...always, status: "failed", problem: running.problem };
    if (running?.status !== "ready" || this.#state === undefined) return { ...always, status: "starting" };
    const { mode, because, setAside, barred = [] } = this.#state;
    return {
      ...always,
      status: mode,
      ...(barred.length === 0 ? {} : { barred: barred.map((node) => ({ ...node })) }),
      ...(because === undefined ? {} : { because: because.case }),
      ...(because?.node === undefined ? {} : { node: { ...because.node } }),
      ...(setAside === undefined ? {} : { setAside: { ...setAside } }),
      ...(this.#tab.notices.length === 0
        ? {}
        : {
            tab: this.#tab.notices.map(({ atMs, ...notice }) => ({
              at: new Date(atMs).toISOString(),
              ...notice,
            })),
          }),
    };
  }

  #broker(): FlowsBroker | undefined {
    const { door, config } = this.#parts;
    const { node, mqtt } = config.get();
    return door.login === undefined ? undefined : { ...door.login, node: node.id, base: mqtt.base };
  }

  /** One after the other: folders are looked at meanwhile. */
  #follow(): void {
    this.#following = this.#following
      .then(() => this.#tellSupervisor())
      .catch((error: unknown) =>
        this.#parts.log.error("settings of flows are not in force", { reason: String(error) }),
      );
  }

  async #tellSupervisor(): Promise<void> {
    const allowed = await this.#allowedNow();
    const isWanted = this.#parts.config.get().flows.enabled && this.#isInstalled;
    const told = JSON.stringify(allowed);
    if (isWanted === this.#isWanted && told === this.#toldAllowed) return;
    this.#isWanted = isWanted;
    this.#toldAllowed = told;
    this.#state = undefined;
    this.#parts.supervisor.want("flows", isWanted, allowed);
  }

  /** What config.json allows; of folders those that can be given, for it may have been written by hand. */
  async #allowedNow(): Promise<FlowsAllowed> {
    const { programs, folders, modules } = this.#parts.config.get().flows.allowed;
    const kept = folders.length === 0 ? [] : this.#keptFolders();
    const open: string[] = [];
    for (const folder of folders) {
      try {
        open.push(await flowFolderApart(folder, kept));
      } catch (error) {
        this.#parts.log.error("a folder is not given to flows", { folder, reason: String(error) });
      }
    }
    return { programs, folders: open, modules };
  }

  /** The recorder's own: its data, and the volumes wherever they lie. */
  #keptFolders(): string[] {
    const { dataDir, config } = this.#parts;
    return [dataDir, ...config.get().storage.volumes.map(({ path }) => resolve(dataDir, path))];
  }
}

/** What comes from the process of flows is that of whoever edits them: only what is expected of it is taken. */
function tame({ mode, because, setAside, barred }: FlowsState): FlowsState {
  const node = flowNodeIn(because?.node);
  const aside = setAsideIn(setAside);
  const idle = Array.isArray(barred) ? barred.slice(0, MOST_BARRED).map(flowNodeIn) : [];
  return {
    mode: mode === "safe" ? "safe" : "running",
    barred: idle.filter((one) => one !== undefined),
    ...(because === undefined
      ? {}
      : {
          because: {
            case: because.case === "hang" || because.case === "unreadable" ? because.case : "crash",
            ...(node === undefined ? {} : { node }),
          },
        }),
    ...(aside === undefined ? {} : { setAside: aside }),
  };
}

function isNodeRedInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("node-red");
    return true;
  } catch {
    return false;
  }
}
