// Accounts, for administrators. A program with an API token manages those alone that can do no more than itself.
import { type Static, Type } from "typebox";
import { GRANTABLE_RIGHTS, ROLES } from "../../domain/roles.ts";
import type { Account, AccountChange } from "../../users/accounts.ts";
import type { Actor, ClientInfo, Principal } from "../../users/principal.ts";
import { confirmPassword } from "../reconfirm.ts";
import { invalidRequest } from "../request-checks.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { checkReach } from "../token-reach.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const Scope = Type.Union(
  [
    Type.Literal("all"),
    Type.Array(
      Type.Union([
        Type.String({ maxLength: 64 }),
        Type.Object(
          {
            id: Type.String({ maxLength: 64 }),
            rights: Type.Array(Type.Enum(GRANTABLE_RIGHTS), { maxItems: GRANTABLE_RIGHTS.length }),
          },
          {
            ...closed,
            description:
              "A camera with which the account may do less than its role: no more than these rights, and see that it is there.",
          },
        ),
      ]),
      { maxItems: 1_024 },
    ),
  ],
  {
    description:
      "Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all.",
  },
);
const Password = Type.String({ maxLength: 4_096 });
const AccountSchema = Type.Object({
  name: Type.String(),
  role: Type.Enum(ROLES),
  enabled: Type.Boolean(),
  cameras: Scope,
  secondFactor: Type.Boolean({ description: "Signs in with a one-time code besides the password." }),
  source: Type.Optional(
    Type.String({
      description:
        "Login provider that knows the account, `<package>/<id>`; absent: its password is the recorder's own.",
    }),
  ),
  createdAt: TimeSchema,
  passwordChangedAt: TimeSchema,
});
const NameParams = Type.Object({ name: Type.String({ maxLength: 64 }) });

export function userRoutes(services: HttpServices): Route[] {
  const { users } = services;
  const { accounts, secondFactors } = users;

  /** A missing account is told by what follows. */
  async function checkAccount(principal: Principal, name: string): Promise<void> {
    if (principal.token === undefined) return;
    const account = await accounts.find(name);
    if (account !== undefined) checkReach(principal, account);
  }

  /** A page left open must not be enough to take its account over. */
  async function confirmOwn(
    principal: Principal,
    name: string,
    { password, current }: { readonly password?: string; readonly current?: string },
    client: ClientInfo,
  ): Promise<void> {
    if (password === undefined || !isOwn(principal, name)) return;
    if (current === undefined)
      throw invalidRequest("body", [{ path: "/current", message: "is missing: the own present password" }]);
    await confirmPassword(users, principal, current, client);
  }

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
      method: "GET",
      path: "/api/v1/login-providers",
      policy: needs("users.manage"),
      summary:
        "Login providers of plugins: those that config.json has asked, in their order, and the others.",
      response: Type.Object({
        providers: Type.Array(
          Type.Object({
            source: Type.String({ description: "`<package>/<id>`, as `logins` in config.json names it." }),
            displayName: Type.Optional(Type.String()),
            isAsked: Type.Boolean({
              description: "False: config.json does not name it; it is told nothing.",
            }),
            reason: Type.Optional(
              Type.String({ description: "Why it cannot be asked, or did not answer the last time." }),
            ),
          }),
        ),
      }),
      handle() {
        return { providers: services.users.loginSources?.states() ?? [] };
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
        checkReach(principal, { cameras: "all", ...body });
        return accountView(await accounts.create(body, actorOf(principal, client)));
      },
    }),
    route({
      method: "PATCH",
      path: "/api/v1/users/:name",
      policy: needs("users.manage"),
      summary:
        "Changes role, password, cameras or whether the account may sign in; its sessions end, its API tokens by a new password or when it is disabled. The own password is changed with the present one, as on its own route.",
      params: NameParams,
      body: Type.Object(
        {
          role: Type.Optional(Type.Enum(ROLES)),
          enabled: Type.Optional(Type.Boolean()),
          password: Type.Optional(Password),
          current: Type.Optional(
            Type.String({
              maxLength: 4_096,
              description: "The present password, for a new one of the own account.",
            }),
          ),
          cameras: Type.Optional(Scope),
        },
        { ...closed, minProperties: 1 },
      ),
      response: AccountSchema,
      async handle({ params, body, principal, client }) {
        const { current, ...change }: AccountChange & { readonly current?: string } = body;
        await checkAccount(principal, params.name);
        const now = await accounts.find(params.name);
        if (now !== undefined) checkReach(principal, { ...now, ...change });
        await confirmOwn(principal, params.name, body, client);
        return accountView(await accounts.change(params.name, change, actorOf(principal, client)));
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name",
      policy: needs("users.manage"),
      summary: "Removes an account; its sessions and API tokens end.",
      params: NameParams,
      async handle({ params, principal, client }) {
        await checkAccount(principal, params.name);
        await accounts.remove(params.name, actorOf(principal, client));
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/second-factor",
      policy: needs("users.manage"),
      summary:
        "Takes the second factor of somebody who lost it away; the account's sessions and API tokens end.",
      params: NameParams,
      async handle({ params, principal, client }) {
        await checkAccount(principal, params.name);
        await secondFactors.reset(params.name, actorOf(principal, client));
      },
    }),
  ];
}

function isOwn(principal: Principal, name: string): boolean {
  return principal.userName.toLowerCase() === name.normalize("NFC").toLowerCase();
}

/** Who acts, for accounts and the audit log. */
export function actorOf(principal: Principal, client: ClientInfo): Actor {
  return {
    userName: principal.userName,
    address: client.address,
    sessionId: principal.sessionId,
    token: principal.token,
  };
}

function accountView(account: Account): Static<typeof AccountSchema> {
  return {
    name: account.name,
    role: account.role,
    enabled: account.enabled,
    cameras:
      account.cameras === "all"
        ? "all"
        : account.cameras.map((one) => (typeof one === "string" ? one : { ...one, rights: [...one.rights] })),
    secondFactor: account.secondFactor,
    ...(account.source === undefined ? {} : { source: account.source }),
    createdAt: new Date(account.createdAtMs).toISOString(),
    passwordChangedAt: new Date(account.passwordChangedAtMs).toISOString(),
  };
}
