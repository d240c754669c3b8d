// Accounts and the audit log, for administrators.
import { type Static, Type } from "typebox";
import { ROLES } from "../../domain/roles.ts";
import type { Account, AccountChange } from "../../users/accounts.ts";
import type { Actor, ClientInfo, Principal } from "../../users/principal.ts";
import { answer, needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const Scope = Type.Union(
  [Type.Literal("all"), Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_024 })],
  {
    description: "Cameras that the account may see: `all`, or their ids. Administrators see all.",
  },
);
const Password = Type.String({ maxLength: 4_096 });
const AccountSchema = Type.Object({
  name: Type.String(),
  role: Type.Enum(ROLES),
  enabled: Type.Boolean(),
  cameras: Scope,
  secondFactor: Type.Boolean({ description: "Signs in with a one-time code besides the password." }),
  createdAt: TimeSchema,
  passwordChangedAt: TimeSchema,
});
const AuditEntrySchema = Type.Object({
  number: Type.Integer(),
  at: TimeSchema,
  userName: Type.String({ description: "Empty for the recorder itself, or a stranger." }),
  remoteAddress: Type.String({ description: "Empty for the command line." }),
  action: Type.String(),
  camera: Type.Optional(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String({ description: "Of this entry and the one before." }),
});
const NameParams = Type.Object({ name: Type.String({ maxLength: 64 }) });

export function userRoutes(services: HttpServices): Route[] {
  const { accounts, secondFactors, audit } = services.users;
  return [
    route({
      method: "GET",
      path: "/api/v1/users",
      policy: needs("users.manage"),
      summary: "All accounts.",
      response: Type.Object({ users: Type.Array(AccountSchema) }),
      async handle() {
        return { users: (await accounts.list()).map(accountView) };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/users",
      policy: needs("users.manage"),
      summary: "Makes an account.",
      body: Type.Object(
        {
          name: Type.String({ maxLength: 64 }),
          role: Type.Enum(ROLES),
          password: Password,
          cameras: Type.Optional(Scope),
        },
        closed,
      ),
      response: AccountSchema,
      status: 201,
      async handle({ body, principal, client }) {
        return accountView(await accounts.create(body, actorOf(principal, client)));
      },
    }),
    route({
      method: "PATCH",
      path: "/api/v1/users/:name",
      policy: needs("users.manage"),
      summary: "Changes role, password, cameras or whether the account may sign in; its sessions end.",
      params: NameParams,
      body: Type.Object(
        {
          role: Type.Optional(Type.Enum(ROLES)),
          enabled: Type.Optional(Type.Boolean()),
          password: Type.Optional(Password),
          cameras: Type.Optional(Scope),
        },
        { ...closed, minProperties: 1 },
      ),
      response: AccountSchema,
      async handle({ params, body, principal, client }) {
        const change: AccountChange = body;
        return accountView(await accounts.change(params.name, change, actorOf(principal, client)));
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name",
      policy: needs("users.manage"),
      summary: "Removes an account and ends its sessions.",
      params: NameParams,
      async handle({ params, principal, client }) {
        await accounts.remove(params.name, actorOf(principal, client));
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/second-factor",
      policy: needs("users.manage"),
      summary: "Takes the second factor of somebody who lost it away; the account's sessions end.",
      params: NameParams,
      async handle({ params, principal, client }) {
        await secondFactors.reset(params.name, actorOf(principal, client));
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/audit",
      policy: needs("audit.view"),
      summary: "Acts that matter to security, newest first.",
      query: Type.Object(
        {
          user: Type.Optional(Type.String({ maxLength: 64 })),
          before: Type.Optional(Type.Integer({ minimum: 1 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
        },
        closed,
      ),
      response: Type.Object({ entries: Type.Array(AuditEntrySchema) }),
      async handle({ query }) {
        const entries = await audit.list({
          limit: query.limit ?? 100,
          ...(query.before === undefined ? {} : { before: query.before }),
          ...(query.user === undefined ? {} : { userName: query.user }),
        });
        return {
          entries: entries.map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() })),
        };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/audit/verify",
      policy: needs("audit.view"),
      summary: "Walks the chain of the audit log and says whether somebody tampered with it.",
      response: Type.Object({ intact: Type.Boolean(), firstBroken: Type.Optional(Type.Integer()) }),
      async handle() {
        const firstBroken = await audit.verify();
        return answer(200, firstBroken === undefined ? { intact: true } : { intact: false, firstBroken });
      },
    }),
  ];
}

/** Who acts, for accounts and the audit log. */
export function actorOf(principal: Principal, client: ClientInfo): Actor {
  return { userName: principal.userName, address: client.address, sessionId: principal.sessionId };
}

function accountView(account: Account): Static<typeof AccountSchema> {
  return {
    name: account.name,
    role: account.role,
    enabled: account.enabled,
    cameras: account.cameras === "all" ? "all" : [...account.cameras],
    secondFactor: account.secondFactor,
    createdAt: new Date(account.createdAtMs).toISOString(),
    passwordChangedAt: new Date(account.passwordChangedAtMs).toISOString(),
  };
}
