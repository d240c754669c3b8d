// Settings out of the recorder as a file, and into it: export, dry run, import, and taking the last import back. They hold
// accounts and secrets, so that the right to manage users is asked for.
import { Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import { SETTINGS_UPLOAD_LIMIT_BYTES, SETTINGS_UPLOAD_PATH } from "../../gateway/protocol.ts";
import { type HandedInFile, HandedInFiles } from "../../settings/handed-in-files.ts";
import {
  ImportAnswerSchema,
  importAnswer,
  PartsSchema,
  UndoAnswerSchema,
  UndoneAnswerSchema,
  undoAnswer,
  undoneAnswer,
} from "../../settings/import-answer.ts";
import { isSealed } from "../../settings/sealed-file.ts";
import type { SettingsDocument } from "../../settings/settings-document.ts";
import { USUAL_PARTS } from "../../settings/settings-parts.ts";
import type { Importer } from "../../settings/settings-transfer.ts";
import type { Principal } from "../../users/principal.ts";
import { httpError } from "../problem.ts";
import { confirmOnceMore } from "../reconfirm.ts";
import { answer, needsInPerson, type Route, type RouteRequest, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { SecondFactorCode } from "./second-factor-routes.ts";

const closed = { additionalProperties: false } as const;
// The file holds every account and secret: no program takes it away or brings another in.
const ADMINISTRATORS = needsInPerson("users.manage");
const Password = Type.String({ maxLength: 4_096 });
const FileParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const choice = {
  password: Type.Optional(Password),
  parts: Type.Optional(PartsSchema),
};

export function settingsTransferRoutes(services: HttpServices): Route[] {
  const { settingsTransfer: transfer, users } = services;
  const files = new HandedInFiles(services.clock);

  /** Opens a file that was handed in, once; a wrong password is worth an entry in the audit log. */
  async function opened(
    file: HandedInFile,
    password: string | undefined,
    { client, audit }: Pick<RouteRequest<unknown, unknown, unknown>, "client" | "audit">,
  ): Promise<SettingsDocument> {
    try {
      file.document ??= await transfer.open(file.bytes, password, client.address);
      return file.document;
    } catch (error) {
      if (error instanceof NightjarError && error.code === "NJ_SETTINGS_PASSWORD")
        audit("settings-password-wrong");
      throw error;
    }
  }

  return [
    route({
      method: "POST",
      path: "/api/v1/settings/export",
      policy: ADMINISTRATORS,
      summary:
        "The settings as a file: with a password sealed and whole, without one readable, without secrets and accounts.",
      body: Type.Object(
        {
          password: Type.Optional(Password),
          code: Type.Optional(SecondFactorCode),
          current: Type.Optional(
            Type.String({
              maxLength: 4_096,
              description:
                "With `password`: the password of the account that asks, since the file holds every secret.",
            }),
          ),
        },
        closed,
      ),
      contentType: "application/octet-stream",
      response: Type.String({ description: "docs/reference/settings-file.md" }),
      async handle({ body, principal, client, audit }) {
        // A stolen session must not leave with every secret, nor one whose password was seen.
        if (body.password !== undefined) {
          await confirmOnceMore(users, principal, body, client);
        }
        const file = await transfer.export(body.password);
        audit("settings-exported", { sealed: body.password !== undefined });
        return answer(200, file.bytes, {
          "content-type": "application/octet-stream",
          "content-disposition": `attachment; filename="${file.name}"`,
        });
      },
    }),
    route({
      method: "POST",
      path: SETTINGS_UPLOAD_PATH,
      policy: ADMINISTRATORS,
      summary: "Takes a file of settings, to be looked at and imported within 15 minutes; changes nothing.",
      fileLimitBytes: SETTINGS_UPLOAD_LIMIT_BYTES,
      response: Type.Object({ id: Type.String(), sealed: Type.Boolean() }),
      status: 201,
      async handle({ file, principal }) {
        const bytes = await readWhole(file);
        return { id: files.keep(bytes, principal.sessionId).id, sealed: isSealed(bytes) };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/settings/import/:id/check",
      policy: ADMINISTRATORS,
      summary: "Dry run: what importing the file would change, and what of it would be refused.",
      params: FileParams,
      body: Type.Object(choice, closed),
      response: ImportAnswerSchema,
      async handle(request) {
        const { params, body, principal } = request;
        const document = await opened(files.find(params.id, principal.sessionId), body.password, request);
        const preview = await transfer.check(document, body.parts ?? USUAL_PARTS, importerOf(principal));
        return importAnswer(preview, document);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/settings/import/:id/apply",
      policy: ADMINISTRATORS,
      summary: "Imports the file, after a copy of what was there; all of it, or nothing when a part fails.",
      params: FileParams,
      body: Type.Object(
        {
          ...choice,
          stamp: Type.Optional(
            Type.String({
              maxLength: 100,
              description: "Of the dry run: refused if anything changed since.",
            }),
          ),
        },
        closed,
      ),
      response: ImportAnswerSchema,
      async handle(request) {
        const { params, body, principal, audit } = request;
        const document = await opened(files.find(params.id, principal.sessionId), body.password, request);
        const parts = body.parts ?? USUAL_PARTS;
        const preview = await transfer
          .apply(document, parts, importerOf(principal), body.stamp)
          .catch((error: unknown) => {
            audit("settings-import-failed", {
              code: error instanceof NightjarError ? error.code : "NJ_INTERNAL",
            });
            throw error;
          });
        files.drop(params.id);
        audit("settings-imported", { parts, madeAt: document.madeAt, changes: preview.differences.length });
        return importAnswer(preview, document);
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/settings/last-import",
      policy: ADMINISTRATORS,
      summary: "The last import, and what taking it back would change.",
      response: UndoAnswerSchema,
      handle: async ({ principal }) => undoAnswer(await transfer.lastImport(importerOf(principal))),
    }),
    route({
      method: "POST",
      path: "/api/v1/settings/rollback",
      policy: ADMINISTRATORS,
      summary: "Takes the last import back.",
      response: UndoneAnswerSchema,
      async handle({ principal, audit }) {
        const preview = await transfer.rollback(importerOf(principal));
        audit("settings-import-taken-back", { changes: preview.differences.length });
        return undoneAnswer(preview);
      },
    }),
  ];
}

function importerOf({ userName }: Principal): Importer {
  return { by: userName, kept: userName };
}

/** Counts while it reads: what is announced is only a promise. */
async function readWhole(file: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file) {
    length += chunk.byteLength;
    if (length > SETTINGS_UPLOAD_LIMIT_BYTES) {
      throw httpError(
        413,
        "NJ_BODY_TOO_LARGE",
        `a file of settings may hold ${SETTINGS_UPLOAD_LIMIT_BYTES} bytes at most`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
