// Answers the gateway's question whether a caller may have flows: the editor with the right `flows.edit` and a browser's session
// alone, dashboards and http-in nodes with `flows.view`, tokens included (attack list A14).
import { NightjarError } from "../errors.ts";
import type { FlowsGrant, FlowsRequest } from "../gateway/protocol.ts";
import { mayDo } from "../users/principal.ts";
import type { Users } from "../users/users.ts";
import { authenticate, unauthenticated } from "./credentials.ts";

/** Makes the judge. It rejects with unauthenticated or permission-denied. */
export function createAuthorizeFlows(
  users: Pick<Users, "sessions" | "callers" | "audit">,
  /** A person is about to deploy. */
  deploys: () => void = () => undefined,
): (request: FlowsRequest) => Promise<FlowsGrant> {
  return async ({ right, cookie, authorization, secure, remoteAddress, isBackground, change, isDeploy }) => {
    const found = await authenticate(users, {
      cookie,
      authorization,
      secure,
      address: remoteAddress,
      isBackground,
    });
    if (found === undefined) throw unauthenticated();
    const { principal, by } = found;
    if (!mayDo(principal, right)) throw denied(`this needs the right ${right}`);
    // To change flows is to have code run: no token that lies in some script opens that.
    if (right === "flows.edit" && by !== "cookie") throw denied("flows are edited in the browser, signed in");
    if (change !== undefined) {
      const { userName, token } = principal;
      users.audit.record({
        userName,
        remoteAddress,
        action: "flows-changed",
        detail: { action: change },
        token,
      });
      if (isDeploy === true) deploys();
    }
    return { sessionId: principal.sessionId, expiresAtMs: principal.expiresAtMs };
  };
}

function denied(message: string): NightjarError {
  return new NightjarError("NJ_PERMISSION_DENIED", "permission-denied", message);
}
