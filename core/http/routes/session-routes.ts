// The way in: set-up, activation, sign-in, and the caller's own session.
import { Type } from "typebox";
import { ROLES, scopedIds } from "../../domain/roles.ts";
import { type ClientInfo, narrowedRights, rightsOf } from "../../users/principal.ts";
import type { OpenedSession } from "../../users/sessions.ts";
import { deviceCookie, endedCookie, sessionCookie } from "../credentials.ts";
import { confirmPassword } from "../reconfirm.ts";
import { answer, IN_PERSON, PUBLIC, type Route, route, SIGNED_IN } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";
import { ExpirySchema, expiryText } from "./api-token-routes.ts";
import { SecondFactorCode } from "./second-factor-routes.ts";
import { actorOf } from "./user-routes.ts";

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 64 });
// Rules of length are told in words by the password rules; this only bounds the work.
const Password = Type.String({ maxLength: 4_096 });
const TokenSchema = Type.Object({ token: Type.String(), expiresAt: TimeSchema });

export function sessionRoutes(services: HttpServices): Route[] {
  const { users, config } = services;

  const opened = async (session: OpenedSession, client: ClientInfo, status: number) => {
    const { secure, deviceCookie: before } = client;
    const cookies = [
      sessionCookie(session.token, secure, config.get().sessions.maxHours * 3_600),
      deviceCookie(await users.devices.issue(session.userName, before), secure),
    ];
    const body = { token: session.token, expiresAt: new Date(session.expiresAtMs).toISOString() };
    return answer(status, body, { "set-cookie": cookies });
  };

  return [
    route({
      method: "GET",
      path: "/api/v1/setup",
      policy: PUBLIC,
      summary: "What a page must know before anybody has signed in.",
      response: Type.Object({
        activated: Type.Boolean(),
        product: Type.String(),
        version: Type.String(),
        timeZone: Type.String(),
        demo: Type.Boolean({ description: "The demo camera is there." }),
      }),
      async handle() {
        return {
          activated: await users.activation.isActivated(),
          product: "Nightjar",
          version: services.version,
          timeZone: config.get().timeZone,
          demo: config.get().cameras.some((camera) => camera.driver === "demo"),
        };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/activate",
      policy: PUBLIC,
      summary: "Makes the first administrator with the one-time code from the console, and signs in.",
      body: Type.Object({ code: Type.String({ maxLength: 64 }), username: Name, password: Password }, closed),
      response: TokenSchema,
      status: 201,
      async handle({ body, client }) {
        await users.activation.activate(body, client);
        const name = body.username.normalize("NFC");
        return await opened(await users.sessions.open(name, client), client, 201);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/session",
      policy: PUBLIC,
      summary: "Signs in; the token serves programs, the cookie browsers.",
      body: Type.Object(
        { username: Name, password: Password, code: Type.Optional(SecondFactorCode) },
        closed,
      ),
      response: TokenSchema,
      async handle({ body, client, principalIfAny }) {
        const session = await users.signIn.signIn(body.username, body.password, client, body.code);
        // Who signs in again in the same browser leaves no old session behind.
        if (principalIfAny !== undefined && principalIfAny.token === undefined)
          await users.sessions.end(principalIfAny.sessionId);
        return await opened(session, client, 200);
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/session",
      policy: SIGNED_IN,
      summary: "Who asks, and what they may do: an account, or a program with an API token of one.",
      response: Type.Object({
        user: Type.Object({ name: Type.String(), role: Type.Enum(ROLES) }),
        expiresAt: TimeSchema,
        rights: Type.Array(Type.String()),
        cameras: Type.Union([Type.Literal("all"), Type.Array(Type.String())]),
        cameraRights: Type.Record(Type.String(), Type.Array(Type.String()), {
          description: "By camera, where fewer of the rights hold: those that are left.",
        }),
        token: Type.Optional(
          Type.Object(
            { id: Type.String(), name: Type.String(), expiresAt: ExpirySchema },
            { description: "The API token that was asked with, if one was." },
          ),
        ),
      }),
      handle({ principal }) {
        return {
          user: { name: principal.userName, role: principal.role },
          expiresAt: new Date(principal.expiresAtMs).toISOString(),
          rights: rightsOf(principal),
          cameras: scopedIds(principal.cameras),
          cameraRights: narrowedRights(principal),
          ...(principal.token === undefined
            ? {}
            : {
                token: {
                  id: principal.token.id,
                  name: principal.token.name,
                  expiresAt: expiryText(principal.token.expiresAtMs),
                },
              }),
        };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/session",
      policy: IN_PERSON,
      summary: "Signs out: session, tickets and open streams end.",
      async handle({ principal, client, audit }) {
        await users.sessions.end(principal.sessionId);
        audit("session-closed");
        return answer(204, undefined, { "set-cookie": endedCookie(client.secure) });
      },
    }),
    route({
      method: "PUT",
      path: "/api/v1/session/password",
      policy: IN_PERSON,
      summary:
        "Changes the own password; all other sessions of the account end, its API tokens where that is asked for.",
      body: Type.Object(
        { current: Password, password: Password, endTokens: Type.Optional(Type.Boolean()) },
        closed,
      ),
      async handle({ principal, client, body }) {
        await confirmPassword(users, principal, body.current, client);
        const change = { password: body.password, endTokens: body.endTokens === true };
        await users.accounts.change(principal.userName, change, actorOf(principal, client));
        // With the old password all browsers are strangers again, save for this one.
        const known = await users.devices.issue(principal.userName, client.deviceCookie);
        return answer(204, undefined, { "set-cookie": deviceCookie(known, client.secure) });
      },
    }),
  ];
}
