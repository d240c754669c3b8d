// Moving settings for whoever owns the data directory: what the command line asks of a running recorder.
import type { Static } from "typebox";
import { NightjarError } from "../errors.ts";
import { LOCAL_ACTOR } from "../users/local-calls.ts";
import type { Users } from "../users/users.ts";
import {
  type ImportAnswerSchema,
  importAnswer,
  type UndoAnswerSchema,
  type UndoneAnswerSchema,
  undoAnswer,
  undoneAnswer,
} from "./import-answer.ts";
import { SETTINGS_PARTS, type SettingsPart, USUAL_PARTS } from "./settings-parts.ts";
import type { Importer, SettingsTransfer } from "./settings-transfer.ts";

const IMPORTER: Importer = { by: LOCAL_ACTOR.userName, kept: undefined };

/** What the command line may ask. Files travel as base64. Errors are those of {@link SettingsTransfer}. */
export interface LocalSettingsCalls {
  exportSettings(params: { password?: string }): Promise<{ name: string; file: string }>;
  importSettings(params: {
    file: string;
    password?: string;
    parts?: readonly SettingsPart[];
    dryRun: boolean;
  }): Promise<Static<typeof ImportAnswerSchema>>;
  lastSettingsImport(params: Record<string, never>): Promise<Static<typeof UndoAnswerSchema>>;
  rollbackSettings(params: Record<string, never>): Promise<Static<typeof UndoneAnswerSchema>>;
}

/** The calls on a recorder's settings. */
export function localSettingsCalls(
  transfer: SettingsTransfer,
  users: Pick<Users, "audit" | "activation">,
): LocalSettingsCalls {
  const record = (action: string, detail: Record<string, unknown>): void =>
    users.audit.record({ ...LOCAL_ACTOR, action, detail });
  return {
    async exportSettings({ password }) {
      const { name, bytes } = await transfer.export(password);
      record("settings-exported", { sealed: password !== undefined });
      return { name, file: bytes.toString("base64") };
    },
    async importSettings({ file, password, parts = USUAL_PARTS, dryRun }) {
      checkParts(parts);
      const document = await transfer.open(Buffer.from(file, "base64"), password, LOCAL_ACTOR.userName);
      if (dryRun) return importAnswer(await transfer.check(document, parts, IMPORTER), document);
      const preview = await transfer.apply(document, parts, IMPORTER);
      // With accounts there now, a code of activation is worth nothing: this takes its file away.
      await users.activation.current();
      record("settings-imported", { parts, madeAt: document.madeAt, changes: preview.differences.length });
      return importAnswer(preview, document);
    },
    lastSettingsImport: async () => undoAnswer(await transfer.lastImport(IMPORTER)),
    async rollbackSettings() {
      const preview = await transfer.rollback(IMPORTER);
      record("settings-import-taken-back", { changes: preview.differences.length });
      return undoneAnswer(preview);
    },
  };
}

function checkParts(parts: readonly string[]): void {
  const strange = parts.filter((part) => !(SETTINGS_PARTS as readonly string[]).includes(part));
  if (parts.length > 0 && strange.length === 0) return;
  throw new NightjarError(
    "NJ_SETTINGS_PARTS",
    "invalid-argument",
    `parts of settings are ${SETTINGS_PARTS.join(", ")}${strange.length > 0 ? `, not ${strange.join(", ").slice(0, 100)}` : ""}`,
  );
}
