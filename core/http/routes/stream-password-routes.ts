// Stream passwords, with which other programs watch over RTSP: one's own made, listed and revoked; those of others listed
// and revoked by administrators. None is given out twice.
import { type Static, Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import type { StreamPassword } from "../../users/stream-passwords.ts";
import { confirmPassword } from "../reconfirm.ts";
import { IN_PERSON, needsInPerson, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";
import { actorOf } from "./user-routes.ts";

const closed = { additionalProperties: false } as const;
const StreamPasswordSchema = Type.Object({
  id: Type.String(),
  label: Type.String({ description: "What its owner calls it: the program that uses it." }),
  createdAt: TimeSchema,
  lastUsedAt: Type.Optional(TimeSchema),
});
const ListSchema = Type.Object({ streamPasswords: Type.Array(StreamPasswordSchema) });
const AllSchema = Type.Object({
  streamPasswords: Type.Array(Type.Interface([StreamPasswordSchema], { user: Type.String() })),
});
const Id = Type.String({ maxLength: 64 });
const Name = Type.String({ maxLength: 64 });

export function streamPasswordRoutes(services: HttpServices): Route[] {
  const { accounts, streamPasswords } = services.users;

  const listOf = async (userName: string): Promise<Static<typeof ListSchema>> => ({
    streamPasswords: (await streamPasswords.list(userName)).map(view),
  });

  return [
    route({
      method: "GET",
      path: "/api/v1/session/stream-passwords",
      policy: IN_PERSON,
      summary: "The own account's stream passwords, without the passwords.",
      response: ListSchema,
      handle: ({ principal }) => listOf(principal.userName),
    }),
    route({
      method: "POST",
      path: "/api/v1/session/stream-passwords",
      policy: IN_PERSON,
      summary:
        "Makes a stream password for the own account, with the account's password; gives it this once.",
      body: Type.Object(
        {
          password: Type.String({ maxLength: 4_096, description: "The account's own password." }),
          label: Type.String({ minLength: 1, maxLength: 64, pattern: "\\S" }),
        },
        closed,
      ),
      response: Type.Interface([StreamPasswordSchema], {
        username: Type.String(),
        streamPassword: Type.String({ description: "Shown this once." }),
      }),
      status: 201,
      async handle({ principal, body, client }) {
        await confirmPassword(services.users, principal, body.password, client);
        const actor = actorOf(principal, client);
        const made = await streamPasswords.create(principal.userName, body.label.trim(), actor);
        return { ...view(made), username: principal.userName, streamPassword: made.password };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/session/stream-passwords/:id",
      policy: IN_PERSON,
      summary: "Revokes one of the own stream passwords: what is watched with it ends.",
      params: Type.Object({ id: Id }),
      async handle({ principal, params, client }) {
        await streamPasswords.revoke(principal.userName, params.id, actorOf(principal, client));
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/users/stream-passwords",
      policy: needsInPerson("users.manage"),
      summary: "The stream passwords of all accounts, without the passwords.",
      response: AllSchema,
      async handle() {
        const all = await streamPasswords.listAll();
        return { streamPasswords: all.map((one) => ({ ...view(one), user: one.userName })) };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/users/:name/stream-passwords",
      policy: needsInPerson("users.manage"),
      summary: "An account's stream passwords, without the passwords.",
      params: Type.Object({ name: Name }),
      response: ListSchema,
      async handle({ params }) {
        const account = await accounts.find(params.name);
        if (account === undefined) throw noAccount(params.name);
        return listOf(account.name);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/stream-passwords/:id",
      policy: needsInPerson("users.manage"),
      summary: "Revokes a stream password of an account: what is watched with it ends.",
      params: Type.Object({ name: Name, id: Id }),
      async handle({ principal, params, client }) {
        await streamPasswords.revoke(params.name, params.id, actorOf(principal, client));
      },
    }),
  ];
}

function noAccount(name: string): NightjarError {
  return new NightjarError("NJ_USER_NOT_FOUND", "not-found", `there is no account "${name.slice(0, 64)}"`);
}

function view(one: StreamPassword): Static<typeof StreamPasswordSchema> {
  return {
    id: one.id,
    label: one.label,
    createdAt: new Date(one.createdAtMs).toISOString(),
    ...(one.lastUsedAtMs === undefined ? {} : { lastUsedAt: new Date(one.lastUsedAtMs).toISOString() }),
  };
}
