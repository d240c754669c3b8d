// What follows from events: the rules, the actions that there are, what was done lately, trying them, and kept pictures.
import { createHash } from "node:crypto";
import { Type } from "typebox";
import type { Config } from "../../config/config-schema.ts";
import { isEventType, isOfRecorder } from "../../domain/event-types.ts";
import { NightjarError } from "../../errors.ts";
import { WALL_NAME } from "../../linkage/screen-actions.ts";
import { mayDoWith } from "../../users/principal.ts";
import {
  LinkageRulesSchema,
  LinkageTestedSchema,
  LinkageTestSchema,
  type LinkageView,
  LinkageViewSchema,
} from "../linkage-schemas.ts";
import { invalidRequest } from "../request-checks.ts";
import { answer, needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { wantedCameras } from "../visible-cameras.ts";

const closed = { additionalProperties: false } as const;
/** Where an action is that is tried by itself. */
const FIRST_ACTION = "/rules/0/actions/0";
const number = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export function linkageRoutes(services: HttpServices): Route[] {
  const { config, linkage } = services;
  const rules = () => structuredClone(config.get().linkage.rules) as LinkageView["rules"];
  const view = () => ({
    stamp: stampOf(config.get().linkage.rules),
    rules: rules(),
    actions: [...linkage.actions()],
    lately: [...linkage.lately()],
    walls: services.walls
      .list()
      .map(({ name, screens, seenMs }) => ({ name, screens, seen: new Date(seenMs).toISOString() })),
  });
  return [
    route({
      method: "GET",
      path: "/api/v1/linkage",
      policy: needs("settings.edit"),
      summary: "What follows from events: rules, the actions that there are, and what was done lately.",
      response: LinkageViewSchema,
      handle: () => view(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/linkage/rules",
      policy: needs("settings.edit"),
      summary: "Puts other rules in the place of those that there are.",
      body: LinkageRulesSchema,
      response: LinkageViewSchema,
      async handle({ body, audit }) {
        const problems = linkage.problemsOf(body.rules);
        if (problems.length > 0) throw invalidRequest("body", [...problems]);
        // Compared where changes are made one after the other: nobody comes in between.
        await config.update(({ linkage: draft }: Config) => {
          if (body.stamp !== undefined && body.stamp !== stampOf(draft.rules)) {
            throw new NightjarError(
              "NJ_LINKAGE_CHANGED",
              "failed-precondition",
              "the linkage rules have been changed meanwhile; nothing was changed now",
            );
          }
          draft.rules = body.rules;
        });
        audit("linkage-changed", { rules: body.rules.map(({ id }) => id) });
        return view();
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/linkage/test",
      policy: needs("settings.edit"),
      summary: "Does the actions of a rule, or one by itself, as for an event that begins now.",
      body: LinkageTestSchema,
      response: LinkageTestedSchema,
      async handle({ body, audit, principal }) {
        if (body.camera !== undefined) wantedCameras(services.cameras, principal, "live", body.camera);
        const actions = body.action === undefined ? [] : [body.action];
        const own: LinkageView["rules"][number] = { id: "test", name: "Test", actions };
        const rule = body.rule === undefined ? own : rules().find(({ id }) => id === body.rule);
        if (rule === undefined)
          throw new NightjarError("NJ_LINKAGE_RULE_NOT_FOUND", "not-found", "there is no such rule");
        // A form that is not filled in is told which fields want something, as when it is saved.
        const problems = body.action === undefined ? [] : linkage.problemsOf([own]);
        if (problems.length > 0) {
          throw invalidRequest(
            "body",
            problems.map((problem) => ({ ...problem, path: problem.path.replace(FIRST_ACTION, "/action") })),
          );
        }
        audit("linkage-tested", { actions: rule.actions.map(({ action }) => action) });
        return {
          results: [
            ...(await linkage.test(
              rule,
              cameraOfTest(rule, body.camera, (id) => services.cameras.has(id)),
            )),
          ],
        };
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/linkage/walls/:wall",
      policy: needs("settings.edit"),
      summary: "Forgets a wall that is not open; it is known again when it opens.",
      params: Type.Object({ wall: Type.String({ pattern: WALL_NAME, maxLength: 40 }) }, closed),
      response: LinkageViewSchema,
      handle({ params, audit }) {
        services.walls.forget(params.wall);
        audit("wall-forgotten", { wall: params.wall });
        return view();
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/events/:event/captures/:file",
      policy: needs("events.view"),
      summary: "A picture that was kept with an event.",
      params: Type.Object({ event: number, file: number }, closed),
      contentType: "image/jpeg",
      response: Type.String(),
      async handle({ params, principal }) {
        const found = await linkage.capture(params.event, params.file);
        // Who may not see what was recorded of the camera does not see this either.
        if (found === undefined || !mayDoWith(principal, "playback", found.camera))
          throw new NightjarError("NJ_EVENT_NOT_FOUND", "not-found", "there is no such picture");
        return answer(200, found.jpeg, {
          "content-type": "image/jpeg",
          "cache-control": "private, max-age=86400",
          "x-content-type-options": "nosniff",
        });
      },
    }),
  ];
}

function stampOf(rules: unknown): string {
  return createHash("sha256").update(JSON.stringify(rules)).digest("hex").slice(0, 32);
}

/** The camera that a try is of: none where no event of the rule ever is of one, so that it is told what the event would be. */
function cameraOfTest(
  { types = [], cameras = [] }: LinkageView["rules"][number],
  asked: string | undefined,
  isThere: (camera: string) => boolean,
): string | undefined {
  const isNeverOfOne = types.length > 0 && types.every((type) => isEventType(type) && isOfRecorder(type));
  return isNeverOfOne ? undefined : (asked ?? cameras.find(isThere));
}
