// The settings as they were before the last import: `settings-before-import.json` in the data directory, sealed with the
// recorder's own key, so that taking an import back asks for no password. While it says "applying", an import or its undoing
// is under way: a start that finds that puts the old settings back.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "typebox";
import { writeFileAtomically } from "../config/atomic-file.ts";
import { schemaProblems } from "../config/schema-problems.ts";
import type { SecretStore } from "../config/secret-store.ts";
import { NightjarError, systemCode } from "../errors.ts";
import { parseSettings, type SettingsDocument, settingsText } from "./settings-document.ts";
import { SETTINGS_PARTS, type SettingsPart } from "./settings-parts.ts";

export const IMPORT_BACKUP_FILE = "settings-before-import.json";
const PURPOSE = "settings-before-import";

const BackupSchema = Type.Object({
  state: Type.Enum(["applying", "applied"] as const),
  importedAt: Type.String(),
  by: Type.String(),
  parts: Type.Array(Type.Enum(SETTINGS_PARTS)),
  sealed: Type.String(),
});

/** What is known of the last import. */
export interface LastImport {
  readonly state: "applying" | "applied";
  /** ISO 8601. */
  readonly importedAt: string;
  /** Name of the account, or `command line`. */
  readonly by: string;
  readonly parts: readonly SettingsPart[];
  /** The settings before. */
  readonly settings: SettingsDocument;
}

export class ImportBackup {
  readonly #path: string;
  readonly #secrets: SecretStore;

  constructor(dataDir: string, secrets: SecretStore) {
    this.#path = join(dataDir, IMPORT_BACKUP_FILE);
    this.#secrets = secrets;
  }

  /** The last import; undefined if there was none, or it has been taken back. Throws `NJ_SETTINGS_BACKUP`. */
  async read(): Promise<LastImport | undefined> {
    try {
      const parsed: unknown = JSON.parse(await readFile(this.#path, "utf8"));
      if (schemaProblems(BackupSchema, parsed).length > 0) throw new RangeError("unknown form");
      const { sealed, ...rest } = parsed as Omit<LastImport, "settings"> & { readonly sealed: string };
      return { ...rest, settings: parseSettings(this.#secrets.openText(PURPOSE, sealed)) };
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw new NightjarError(
        "NJ_SETTINGS_BACKUP",
        "failed-precondition",
        `the settings before the last import cannot be read: ${IMPORT_BACKUP_FILE} is damaged, or secrets.key is another one`,
        {},
        error,
      );
    }
  }

  async write({ settings, ...rest }: LastImport): Promise<void> {
    const sealed = this.#secrets.sealText(PURPOSE, settingsText(settings));
    await writeFileAtomically(this.#path, `${JSON.stringify({ ...rest, sealed }, null, 2)}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
