// The action `email`, as the recorder knows it.
import type { LinkageAction } from "@nightjar/core";
import { actionConfig } from "./config.ts";
import type { MailDesk } from "./mail-desk.ts";

/** A mail still says a day later what happened, and when. */
const MOST_AGE_SECONDS = 86_400;

/** Makes the action. */
export function emailAction(desk: Pick<MailDesk, "take">): LinkageAction {
  return {
    id: "email",
    displayName: "E-mail",
    wantsPictures: 5,
    picturesField: "pictures",
    maxAgeSeconds: MOST_AGE_SECONDS,
    configSchema: actionConfig,
    run: (request, { signal }) => desk.take(request, signal),
  };
}
