// What people and programs are told of an import, a dry run or an undoing, over HTTP and on the command line: bounded,
// however many settings there are.
import { type Static, Type } from "typebox";
import { DIFFERENCE_KINDS } from "./differences.ts";
import type { SettingsDocument } from "./settings-document.ts";
import { SETTINGS_PARTS } from "./settings-parts.ts";
import type { ImportPreview, UndoPreview } from "./settings-transfer.ts";

const LISTED = 2_000;

const shared = {
  differences: Type.Array(
    Type.Object({
      path: Type.String({
        description: "JSON pointer, with cameras, plugins, volumes and accounts by name.",
      }),
      kind: Type.Enum(DIFFERENCE_KINDS, { description: "`set`: a secret that was not there." }),
      secret: Type.Optional(Type.Literal(true, { description: "No value is shown." })),
      before: Type.Optional(Type.String({ description: "As JSON, cut off where it is long." })),
      after: Type.Optional(Type.String()),
    }),
  ),
  more: Type.Integer({ description: "Differences beyond those that are listed." }),
  refused: Type.Array(
    Type.Object({ path: Type.String(), reason: Type.String({ description: "Why it stays as it is." }) }),
  ),
  notes: Type.Array(Type.String({ description: "What will be missing, and what to do then." })),
  stamp: Type.String({ description: "Given to the import, lets it happen only if nothing changed since." }),
};

export const PartsSchema = Type.Array(Type.Enum(SETTINGS_PARTS), {
  minItems: 1,
  maxItems: SETTINGS_PARTS.length,
  description: "Parts to import: all but `network` unless chosen.",
});

/** An import that would be, or was. */
export const ImportAnswerSchema = Type.Object({
  ...shared,
  file: Type.Object({
    madeAt: Type.String(),
    madeBy: Type.Object({ version: Type.String(), node: Type.String() }),
    secrets: Type.Boolean({ description: "It holds secrets and accounts." }),
  }),
});

/** The last import that can be taken back. */
export const UndoAnswerSchema = Type.Object({
  available: Type.Boolean(),
  undo: Type.Optional(
    Type.Object({
      ...shared,
      importedAt: Type.String(),
      by: Type.String(),
      parts: Type.Array(Type.String()),
    }),
  ),
});

/** An import that was taken back. */
export const UndoneAnswerSchema = Type.Object(shared);

/** The answer to an import or a dry run. */
export function importAnswer(
  preview: ImportPreview,
  document: SettingsDocument,
): Static<typeof ImportAnswerSchema> {
  return {
    ...undoneAnswer(preview),
    file: {
      madeAt: document.madeAt,
      madeBy: { ...document.madeBy },
      secrets: document.secrets !== undefined,
    },
  };
}

/** The answer to the question what can be taken back. */
export function undoAnswer(undo: UndoPreview | undefined): Static<typeof UndoAnswerSchema> {
  if (undo === undefined) return { available: false };
  const { importedAt, by, parts } = undo;
  return { available: true, undo: { ...undoneAnswer(undo), importedAt, by, parts: [...parts] } };
}

/** The answer to taking an import back. */
export function undoneAnswer(preview: ImportPreview): Static<typeof UndoneAnswerSchema> {
  return {
    differences: preview.differences.slice(0, LISTED).map((difference) => ({ ...difference })),
    more: Math.max(0, preview.differences.length - LISTED),
    refused: preview.refused.map((refusal) => ({ ...refusal })),
    notes: [...preview.notes],
    stamp: preview.stamp,
  };
}
