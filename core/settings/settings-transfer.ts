// Moves settings out of a recorder and into one: exports, dry runs, imports that happen whole or not at all, and taking the
// last import back. What a file is lies in settings-document.ts, what an import would do in import-plan.ts.
import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore, FrozenConfig } from "../config/config-store.ts";
import type { SecretStore } from "../config/secret-store.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Accounts } from "../users/accounts.ts";
import { checkPassword } from "../users/password-check.ts";
import { carryOut, changedSecrets, type Marks, putSettings } from "./carry-out.ts";
import type { SettingsState } from "./differences.ts";
import { FileOpener } from "./file-opener.ts";
import { type HiddenPlaces, plainConfig } from "./hidden-places.ts";
import { ImportBackup, type LastImport } from "./import-backup.ts";
import { type ImportPlan, type PresentAbilities, planImport } from "./import-plan.ts";
import type { DeriveKey } from "./sealed-file.ts";
import {
  SETTINGS_FORMAT,
  SETTINGS_VERSION,
  type SettingsDocument,
  settingsText,
} from "./settings-document.ts";
import { PART_OF_SECRETS, type SettingsPart } from "./settings-parts.ts";

export interface SettingsTransferOptions {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly accounts: Accounts;
  abilities(): PresentAbilities;
  /** Where that configuration may hold secrets in clear: what drivers and plugins mark as such. */
  hiddenPlaces(config: FrozenConfig): Promise<HiddenPlaces>;
  /** These secrets are others now; config.json may be as it was. */
  secretsChanged(names: readonly string[]): Promise<void>;
  /** How keys are made of passwords; tests hand in one that remembers. */
  readonly derive?: DeriveKey;
}

/** Who imports. */
export interface Importer {
  /** Name of the account, or `command line`. */
  readonly by: string;
  /** The account that must not be locked out; undefined for who owns the data directory. */
  readonly kept: string | undefined;
}

export interface SettingsFile {
  /** `nightjar-settings-2026-11-28.njset` */
  readonly name: string;
  readonly bytes: Buffer;
}

/** What an import, or taking one back, would do or has done. */
export type ImportPreview = Pick<ImportPlan, "differences" | "refused" | "notes"> & {
  /** Stands for the present settings, the file and the choice: an import with it happens only if they are the same still. */
  readonly stamp: string;
};

/** The last import, and what taking it back would change. */
export type UndoPreview = ImportPreview & Pick<LastImport, "importedAt" | "by" | "parts">;

export class SettingsTransfer {
  readonly #options: SettingsTransferOptions;
  readonly #opener: FileOpener;
  readonly #backup: ImportBackup;
  /** Stamps are made of secrets too: without this key nobody can try values on them. */
  readonly #stampKey = randomBytes(32);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SettingsTransferOptions) {
    this.#options = options;
    this.#opener = new FileOpener(options.clock, options.derive);
    this.#backup = new ImportBackup(options.config.dataDir, options.secrets);
  }

  /**
   * The settings as a file: sealed and whole with a password, readable and without secrets and accounts without one.
   * Throws `NJ_PASSWORD_WEAK`, `NJ_SETTINGS_BUSY`.
   */
  async export(password: string | undefined): Promise<SettingsFile> {
    const { config, clock } = this.#options;
    const name = `nightjar-settings-${new Date(clock.wallMs()).toISOString().slice(0, 10)}.njset`;
    if (password === undefined) {
      const present = config.get();
      const settings = plainConfig(present, await this.#options.hiddenPlaces(present));
      return { name, bytes: Buffer.from(settingsText(this.#document(settings))) };
    }
    await checkPassword(password, "");
    const whole = this.#wholeDocument(await this.#present("strict"));
    return { name, bytes: await this.#opener.seal(Buffer.from(settingsText(whole)), password) };
  }

  /** Reads a file that somebody hands in; wrong passwords count against `caller`. Throws as {@link FileOpener.open} does. */
  open(bytes: Uint8Array, password: string | undefined, caller: string): Promise<SettingsDocument> {
    return this.#opener.open(bytes, password, caller);
  }

  /** What an import would do; does none of it. */
  async check(
    document: SettingsDocument,
    parts: readonly SettingsPart[],
    importer: Importer,
  ): Promise<ImportPreview> {
    return this.#preview(await this.#plan(document, parts, importer), document, parts);
  }

  /**
   * Imports, after a copy of what was there. Throws `NJ_SETTINGS_CHANGED` if `stamp` is given and does not hold any more,
   * and `NJ_SETTINGS_NOT_APPLIED` if a part failed: then everything is as before.
   */
  apply(
    document: SettingsDocument,
    parts: readonly SettingsPart[],
    importer: Importer,
    stamp?: string,
  ): Promise<ImportPreview> {
    return this.#inTurn(async () => {
      const plan = await this.#plan(document, parts, importer);
      const preview = this.#preview(plan, document, parts);
      if (stamp !== undefined && stamp !== preview.stamp) throw changedMeanwhile();
      const replaced = await this.#backup.read().catch(() => undefined);
      const last: LastImport = {
        state: "applying",
        importedAt: new Date(this.#options.clock.wallMs()).toISOString(),
        by: importer.by,
        parts,
        settings: this.#wholeDocument(plan.before),
      };
      await this.#carryOut(plan, parts, importer.kept, {
        begin: () => this.#backup.write(last),
        done: () => this.#backup.write({ ...last, state: "applied" }),
        undone: () => (replaced === undefined ? this.#backup.remove() : this.#backup.write(replaced)),
      });
      return preview;
    });
  }

  /** The last import and what taking it back would change; undefined if there is none to take back. */
  async lastImport(importer: Importer): Promise<UndoPreview | undefined> {
    const last = await this.#backup.read();
    if (last === undefined) return undefined;
    const { settings, parts, importedAt, by } = last;
    return {
      ...this.#preview(await this.#plan(settings, parts, importer, false), settings, parts),
      importedAt,
      by,
      parts,
    };
  }

  /**
   * Takes the last import back: the parts that it brought are as they were before it. Throws
   * `NJ_SETTINGS_NOTHING_TO_UNDO`, and as {@link apply} does.
   */
  rollback(importer: Importer): Promise<ImportPreview> {
    return this.#inTurn(async () => {
      const last = await this.#backup.read();
      if (last === undefined) {
        throw new NightjarError(
          "NJ_SETTINGS_NOTHING_TO_UNDO",
          "failed-precondition",
          "no import of settings is left to be taken back",
        );
      }
      const { settings, parts } = last;
      const plan = await this.#plan(settings, parts, importer, false);
      await this.#carryOut(plan, parts, importer.kept, {
        begin: () => this.#backup.write({ ...last, state: "applying" }),
        done: () => this.#backup.remove(),
        undone: () => this.#backup.write(last),
      });
      return this.#preview(plan, settings, parts);
    });
  }

  /** Puts the old settings back where a crash came into an import. Called at start, before cameras are. */
  recover(): Promise<void> {
    return this.#inTurn(async () => {
      const { log } = this.#options;
      try {
        const last = await this.#backup.read();
        if (last?.state !== "applying") return;
        const importer = { by: last.by, kept: undefined };
        const plan = await this.#plan(last.settings, last.parts, importer, false);
        await putSettings(this.#options, { plan, parts: last.parts, kept: undefined }, plan.after);
        await this.#backup.remove();
        log.warn("an import of settings was interrupted, the settings before it are back", { by: last.by });
      } catch (error) {
        log.error("an interrupted import of settings could not be taken back", { reason: String(error) });
      }
    });
  }

  async #plan(
    document: SettingsDocument,
    parts: readonly SettingsPart[],
    importer: Importer,
    confined = importer.kept !== undefined,
  ): Promise<ImportPlan> {
    const before = await this.#present("lenient");
    const { config, hiddenPlaces, abilities } = this.#options;
    const places = await Promise.all([hiddenPlaces(before.config), hiddenPlaces(document.config)]);
    const hidden = new Set(places.flatMap((found) => [...found]));
    const rules = { parts, confined, dataDir: config.dataDir, kept: importer.kept };
    return planImport(before, document, rules, hidden, abilities());
  }

  /** Makes the settings those of the plan, and lets the recorder know of secrets that are others. */
  async #carryOut(plan: ImportPlan, parts: readonly SettingsPart[], kept: string | undefined, marks: Marks) {
    const { log, secretsChanged } = this.#options;
    await carryOut(this.#options, { plan, parts, kept }, marks);
    const changed = changedSecrets(plan);
    if (changed.length === 0) return;
    await secretsChanged(changed).catch((error: unknown) => {
      log.warn("changed secrets are not in use yet", { reason: String(error) });
    });
  }

  /** `strict`: a secret that cannot be opened is an error; `lenient`: it is as if it were not set. */
  async #present(way: "strict" | "lenient"): Promise<SettingsState> {
    const { config, secrets, accounts } = this.#options;
    const open = new Map<string, string>();
    for (const name of Object.keys(PART_OF_SECRETS).flatMap((prefix) => secrets.names(prefix))) {
      const secret = way === "strict" ? secrets.get(name) : secrets.find(name);
      if (secret !== undefined) open.set(name, secret);
    }
    return { config: config.get(), secrets: open, accounts: await accounts.stored() };
  }

  #document(config: Config): SettingsDocument {
    return {
      format: SETTINGS_FORMAT,
      version: SETTINGS_VERSION,
      madeAt: new Date(this.#options.clock.wallMs()).toISOString(),
      madeBy: { version: this.#options.version, node: this.#options.config.get().node.name },
      config,
    };
  }

  #wholeDocument({ config, secrets, accounts }: SettingsState): SettingsDocument {
    return {
      ...this.#document(structuredClone(config) as Config),
      secrets: Object.fromEntries(secrets),
      accounts: structuredClone(accounts) as NonNullable<SettingsDocument["accounts"]>,
    };
  }

  #preview(plan: ImportPlan, document: SettingsDocument, parts: readonly SettingsPart[]): ImportPreview {
    const { before, differences, refused, notes } = plan;
    const facts = [before.config, [...before.secrets], before.accounts, document, parts];
    const stamp = createHmac("sha256", this.#stampKey)
      .update(JSON.stringify(facts, withoutSteps))
      .digest("base64url");
    return { differences, refused, notes, stamp };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** Each sign-in with a code uses up a step: that is no change of settings. */
function withoutSteps(key: string, value: unknown): unknown {
  return key === "lastStep" ? undefined : value;
}

function changedMeanwhile(): NightjarError {
  return new NightjarError(
    "NJ_SETTINGS_CHANGED",
    "failed-precondition",
    "the settings are others than when the differences were shown: look at them again",
  );
}
