// Sessions that are open: one's own, and as administrator those of any account; looked at and ended.
import { type Static, Type } from "typebox";
import type { Principal } from "../../users/principal.ts";
import type { SessionFacts } from "../../users/sessions.ts";
import { describeUserAgent } from "../../users/user-agent.ts";
import { IN_PERSON, needsInPerson, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";

const SessionSchema = Type.Object({
  id: Type.String({ description: "Names the session; opens nothing." }),
  createdAt: TimeSchema,
  lastSeenAt: Type.String({ ...TimeSchema, description: "To the minute." }),
  expiresAt: Type.String({ ...TimeSchema, description: "When it ends unless it is used." }),
  address: Type.String({ description: "Where it was opened from." }),
  program: Type.String({ description: "By what the program says of itself: Firefox 128, curl 8.5." }),
  system: Type.Optional(Type.String()),
  userAgent: Type.String(),
  current: Type.Boolean({ description: "It is the one that asks." }),
});
const SessionsSchema = Type.Object({ sessions: Type.Array(SessionSchema) });
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const NameParams = Type.Object({ name: Type.String({ maxLength: 64 }) });
const NameAndIdParams = Type.Object({
  name: Type.String({ maxLength: 64 }),
  id: Type.String({ maxLength: 64 }),
});
const EndedSchema = Type.Object({ ended: Type.Integer() });

export function sessionListRoutes(services: HttpServices): Route[] {
  const { sessions, accounts } = services.users;

  const list = async (userName: string, principal: Principal) => ({
    sessions: (await sessions.listOf(userName)).map((session) => sessionView(session, principal)),
  });

  return [
    route({
      method: "GET",
      path: "/api/v1/sessions",
      policy: IN_PERSON,
      summary: "The own sessions, the one used last first.",
      response: SessionsSchema,
      handle: ({ principal }) => list(principal.userName, principal),
    }),
    route({
      method: "DELETE",
      path: "/api/v1/sessions",
      policy: IN_PERSON,
      summary: "Ends all own sessions but the one that asks.",
      response: EndedSchema,
      async handle({ principal, audit }) {
        const ended = await sessions.endOfUser(principal.userName, principal.sessionId);
        audit("sessions-ended", { user: principal.userName, ended });
        return { ended };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/sessions/:id",
      policy: IN_PERSON,
      summary: "Ends one of the own sessions.",
      params: IdParams,
      async handle({ params, principal, audit }) {
        await sessions.endOwned(params.id, principal.userName);
        audit("session-ended", { user: principal.userName, session: params.id });
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/users/:name/sessions",
      policy: needsInPerson("users.manage"),
      summary: "The sessions of an account.",
      params: NameParams,
      response: SessionsSchema,
      async handle({ params, principal }) {
        return list((await accounts.existing(params.name)).name, principal);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/sessions",
      policy: needsInPerson("users.manage"),
      summary: "Ends all sessions of an account, but for the one that asks.",
      params: NameParams,
      response: EndedSchema,
      async handle({ params, principal, audit }) {
        const { name } = await accounts.existing(params.name);
        const ended = await sessions.endOfUser(name, principal.sessionId);
        audit("sessions-ended", { user: name, ended });
        return { ended };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/users/:name/sessions/:id",
      policy: needsInPerson("users.manage"),
      summary: "Ends a session of an account.",
      params: NameAndIdParams,
      async handle({ params, audit }) {
        const { name } = await accounts.existing(params.name);
        await sessions.endOwned(params.id, name);
        audit("session-ended", { user: name, session: params.id });
      },
    }),
  ];
}

function sessionView(session: SessionFacts, principal: Principal): Static<typeof SessionSchema> {
  const { program, system } = describeUserAgent(session.userAgent);
  return {
    id: session.id,
    createdAt: new Date(session.createdAtMs).toISOString(),
    lastSeenAt: new Date(session.lastSeenAtMs).toISOString(),
    expiresAt: new Date(session.expiresAtMs).toISOString(),
    address: session.address,
    program,
    ...(system === undefined ? {} : { system }),
    userAgent: session.userAgent,
    current: session.id === principal.sessionId,
  };
}
