// Carries out a planned import: secrets, accounts, configuration, all of them or none. The marks around it are the caller's:
// by them a start after a crash knows what was under way.
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { SecretStore } from "../config/secret-store.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Accounts } from "../users/accounts.ts";
import type { SettingsState } from "./differences.ts";
import type { ImportPlan } from "./import-plan.ts";
import { type SettingsPart, takeParts } from "./settings-parts.ts";

export interface SettingsStores {
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly accounts: Accounts;
  readonly log: Log;
}

export interface PlannedChange {
  readonly plan: ImportPlan;
  readonly parts: readonly SettingsPart[];
  /** The account that stays as it is. */
  readonly kept: string | undefined;
}

/** What is written down around a change. */
export interface Marks {
  begin(): Promise<void>;
  done(): Promise<void>;
  undone(): Promise<void>;
}

/** Makes the settings those of the plan. Throws `NJ_SETTINGS_NOT_APPLIED` if any of it fails; then all is put back. */
export async function carryOut(stores: SettingsStores, change: PlannedChange, marks: Marks): Promise<void> {
  try {
    await marks.begin();
    await putSettings(stores, change, change.plan.after);
    await marks.done();
  } catch (error) {
    stores.log.error("settings could not be stored, what was there is put back", { reason: String(error) });
    const isBack = await putBack(stores, change, marks);
    throw new NightjarError(
      "NJ_SETTINGS_NOT_APPLIED",
      "unavailable",
      isBack
        ? "the settings could not be stored, and everything is as it was before; the log says what failed"
        : "the settings could not be stored, and not all could be put back: restart Nightjar, which tries it again",
      {},
      error,
    );
  }
}

/** The names of the secrets that a plan changes. */
export function changedSecrets({ before, after }: ImportPlan): string[] {
  const names = new Set([...before.secrets.keys(), ...after.secrets.keys()]);
  return [...names].filter((name) => before.secrets.get(name) !== after.secrets.get(name));
}

/** Stores one side of a plan. Secrets come first, since cameras are connected as soon as the configuration names them. */
export async function putSettings(
  stores: SettingsStores,
  change: PlannedChange,
  target: SettingsState,
): Promise<void> {
  for (const step of stepsTo(stores, change, target)) await step();
}

async function putBack(stores: SettingsStores, change: PlannedChange, marks: Marks): Promise<boolean> {
  let isBack = true;
  // Past what fails: the more is back, the better.
  for (const step of [
    ...stepsTo(stores, change, change.plan.before),
    () => (isBack ? marks.undone() : undefined),
  ]) {
    try {
      await step();
    } catch (error) {
      isBack = false;
      stores.log.error("settings could not all be put back; the next start tries again", {
        reason: String(error),
      });
    }
  }
  return isBack;
}

function stepsTo(
  { secrets, accounts, config }: SettingsStores,
  { plan, parts, kept }: PlannedChange,
  target: SettingsState,
): (() => Promise<unknown> | undefined)[] {
  // What is as it should be is not written: a store that cannot be written need not be, on the way back.
  const secretsToWrite = () =>
    new Map(
      changedSecrets(plan)
        .map((name) => [name, target.secrets.get(name)] as const)
        .filter(([name, secret]) => secrets.find(name) !== secret),
    );
  const hasOthers = plan.before.accounts !== plan.after.accounts;
  return [
    () => {
      const wanted = secretsToWrite();
      return wanted.size === 0 ? undefined : secrets.change(wanted);
    },
    () => (hasOthers ? accounts.replaceAll(target.accounts, kept) : undefined),
    () =>
      isDeepStrictEqual(config.get(), target.config)
        ? undefined
        : config.update((draft: Config) => {
            takeParts(draft, target.config, { parts, confined: false, dataDir: config.dataDir });
          }),
  ];
}
