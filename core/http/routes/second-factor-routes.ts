// One's own second factor: set up in two steps, looked at, switched off. Nothing gives a secret or a recovery code out
// twice. Somebody else's is reset among the routes of accounts.
import { Type } from "typebox";
import { confirmPassword, confirmPasswordAndCode } from "../reconfirm.ts";
import { IN_PERSON, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";
import { actorOf } from "./user-routes.ts";

const closed = { additionalProperties: false } as const;
/** What people type where a code is asked for. */
export const SecondFactorCode = Type.String({
  maxLength: 64,
  description: "Six figures of the authenticator app, or a recovery code.",
});
const Password = Type.String({ maxLength: 4_096 });
const PasswordAndCode = Type.Object({ password: Password, code: SecondFactorCode }, closed);
const RecoveryCodes = Type.Object({ recoveryCodes: Type.Array(Type.String()) });

export function secondFactorRoutes(services: HttpServices): Route[] {
  const { users } = services;
  const { secondFactors } = users;
  return [
    route({
      method: "GET",
      path: "/api/v1/session/second-factor",
      policy: IN_PERSON,
      summary: "Whether the own account signs in with a code, and how many recovery codes are left.",
      response: Type.Union([
        Type.Object({ on: Type.Literal(false) }),
        Type.Object({ on: Type.Literal(true), since: TimeSchema, recoveryCodesLeft: Type.Integer() }),
      ]),
      async handle({ principal }) {
        const state = await secondFactors.state(principal.userName);
        if (!state.on) return { on: false };
        const since = new Date(state.sinceMs).toISOString();
        return { on: true, since, recoveryCodesLeft: state.recoveryCodesLeft };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/session/second-factor",
      policy: IN_PERSON,
      summary:
        "Begins to set up the own second factor: gives the secret for an authenticator app, this once.",
      body: Type.Object({ password: Password }, closed),
      response: Type.Object({
        uri: Type.String({ description: "otpauth://…, for a QR code." }),
        secret: Type.String({ description: "The same secret in base 32, for typing." }),
      }),
      status: 201,
      async handle({ principal, body, client }) {
        await confirmPassword(users, principal, body.password, client);
        return await secondFactors.begin(principal.userName);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/session/second-factor/confirm",
      policy: IN_PERSON,
      summary:
        "Switches the own second factor on by a first code; gives the recovery codes, this once. The account's other sessions end.",
      body: Type.Object({ code: SecondFactorCode }, closed),
      response: RecoveryCodes,
      async handle({ principal, body, client }) {
        const actor = actorOf(principal, client);
        return { recoveryCodes: await secondFactors.confirm(principal.userName, body.code, actor) };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/session/second-factor/recovery-codes",
      policy: IN_PERSON,
      summary: "Gives new recovery codes, this once, in place of all old ones; with password and code.",
      body: PasswordAndCode,
      response: RecoveryCodes,
      async handle({ principal, body, client }) {
        await confirmPasswordAndCode(users, principal, body, client);
        return { recoveryCodes: await secondFactors.renewRecoveryCodes(actorOf(principal, client)) };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/session/second-factor",
      policy: IN_PERSON,
      summary: "Switches the own second factor off, with password and code.",
      body: PasswordAndCode,
      async handle({ principal, body, client }) {
        await confirmPasswordAndCode(users, principal, body, client);
        await secondFactors.switchOff(actorOf(principal, client));
      },
    }),
  ];
}
