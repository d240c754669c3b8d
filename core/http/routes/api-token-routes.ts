// API tokens for programs: made with the own password once more, listed and revoked by their owner; as administrator also
// those of others. No token makes, lists or revokes tokens.
import { type Static, Type } from "typebox";
import { CAMERA_RIGHTS, SYSTEM_RIGHTS } from "../../domain/roles.ts";
import type { ApiToken } from "../../users/api-tokens.ts";
import { confirmOnceMore } from "../reconfirm.ts";
import { IN_PERSON, needsInPerson, type Route, route } from "../route.ts";
import { cameraNotFound } from "../router.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { TimeSchema } from "../wire-schemas.ts";
import { SecondFactorCode } from "./second-factor-routes.ts";
import { actorOf } from "./user-routes.ts";

const closed = { additionalProperties: false } as const;
const RIGHTS = [...CAMERA_RIGHTS, ...SYSTEM_RIGHTS] as const;
/** When a token ends. There is no default: who wants one without end says so. */
export const ExpirySchema = Type.Union([TimeSchema, Type.Literal("never")]);
const ScopeSchema = Type.Union(
  [Type.Literal("all"), Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_024 })],
  { description: "`all` that the account sees at the moment of a request, or the ids of cameras." },
);
const TokenSchema = Type.Object({
  id: Type.String({ description: "Names the token; opens nothing." }),
  user: Type.String(),
  name: Type.String(),
  rights: Type.Array(Type.String(), {
    description: "At each moment only those of them hold that the account has itself.",
  }),
  cameras: ScopeSchema,
  createdAt: TimeSchema,
  expiresAt: ExpirySchema,
  expired: Type.Boolean(),
  lastUsedAt: Type.Optional(Type.String({ ...TimeSchema, description: "To the minute." })),
  lastAddress: Type.Optional(Type.String()),
});
const TokensSchema = Type.Object({ tokens: Type.Array(TokenSchema) });
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const NameParams = Type.Object({ name: Type.String({ maxLength: 64 }) });
const NameAndIdParams = Type.Object({
  name: Type.String({ maxLength: 64 }),
  id: Type.String({ maxLength: 64 }),
});

export function apiTokenRoutes(services: HttpServices): Route[] {
  const { users, cameras, clock } = services;
  const { apiTokens, accounts } = users;
  const list = async (userName?: string) => ({
    tokens: (await apiTokens.list(userName)).map((token) => tokenView(token, clock.wallMs())),
  });

  return [
    route({
      method: "GET",
      path: "/api/v1/tokens",
      policy: IN_PERSON,
      summary: "The own API tokens, newest first, also those that ran out in the last 30 days.",
      response: TokensSchema,
      handle: ({ principal }) => list(principal.userName),
    }),
    route({
      method: "POST",
      path: "/api/v1/tokens",
      policy: IN_PERSON,
      summary: "Makes an API token, with the own password once more; gives its secret, this once.",
      body: Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 64, description: "What uses it." }),
          rights: Type.Array(Type.Enum(RIGHTS), { minItems: 1, maxItems: RIGHTS.length }),
          cameras: ScopeSchema,
          expiresAt: ExpirySchema,
          current: Type.String({ maxLength: 4_096, description: "The password of the account that asks." }),
          code: Type.Optional(SecondFactorCode),
        },
        closed,
      ),
      response: Type.Object({
        secret: Type.String({ description: "For `Authorization: Bearer`. It is not shown again." }),
        token: TokenSchema,
      }),
      status: 201,
      async handle({ body, principal, client }) {
        await confirmOnceMore(users, principal, body, client);
        if (body.cameras !== "all" && body.cameras.some((id) => !cameras.has(id))) throw cameraNotFound();
        const { secret, token } = await apiTokens.create(
          {
            name: body.name,
            rights: body.rights,
            cameras: body.cameras,
            expiresAtMs: body.expiresAt === "never" ? undefined : momentMs(body.expiresAt, "/expiresAt"),
          },
          principal,
          actorOf(principal, client),
        );
        return { secret, token: tokenView(token, clock.wallMs()) };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/tokens/:id",
      policy: IN_PERSON,
      summary: "Revokes one of the own API tokens; what programs have open with it ends.",
      params: IdParams,
      async handle({ params, principal, client }) {
        await apiTokens.revoke(params.id, principal.userName, actorOf(principal, client));
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/users/tokens",
      policy: needsInPerson("users.manage"),
      summary: "The API tokens of all accounts.",
      response: TokensSchema,
      handle: () => list(),
    }),
    route({
      method: "GET",
      path: "/api/v1/users/:name/tokens",
      policy: needsInPerson("users.manage"),
      summary: "The API tokens of an account.",
      params: NameParams,
      response: TokensSchema,
      async handle({ params }) {
        return list((await accounts.existing(params.name)).name);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/tokens/:id",
      policy: needsInPerson("users.manage"),
      summary: "Revokes an API token of an account.",
      params: NameAndIdParams,
      async handle({ params, principal, client }) {
        await apiTokens.revoke(params.id, params.name, actorOf(principal, client));
      },
    }),
  ];
}

/** The end of a token as the API writes it. */
export function expiryText(expiresAtMs: number | undefined): string {
  return expiresAtMs === undefined ? "never" : new Date(expiresAtMs).toISOString();
}

function tokenView(token: ApiToken, nowMs: number): Static<typeof TokenSchema> {
  return {
    id: token.id,
    user: token.userName,
    name: token.name,
    rights: [...token.rights],
    cameras: token.cameras === "all" ? "all" : [...token.cameras],
    createdAt: new Date(token.createdAtMs).toISOString(),
    expiresAt: expiryText(token.expiresAtMs),
    expired: token.expiresAtMs !== undefined && token.expiresAtMs <= nowMs,
    ...(token.lastUsedAtMs === undefined ? {} : { lastUsedAt: new Date(token.lastUsedAtMs).toISOString() }),
    ...(token.lastAddress === undefined ? {} : { lastAddress: token.lastAddress }),
  };
}
