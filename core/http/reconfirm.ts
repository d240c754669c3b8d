// Asks a signed-in person for the password, or password and code, once more before something grave. Refusals are 403 here:
// a 401 would make browsers' pages believe that the session is gone.
import { NightjarError } from "../errors.ts";
import type { ClientInfo, Principal } from "../users/principal.ts";
import { codeWrong } from "../users/second-factors.ts";
import type { Users } from "../users/users.ts";
import { invalidRequest } from "./request-checks.ts";

/** Throws `NJ_PASSWORD_WRONG`, `NJ_LOGIN_LOCKED`. */
export function confirmPassword(
  users: Users,
  principal: Principal,
  password: string,
  client: ClientInfo,
): Promise<void> {
  return users.signIn.confirm(principal, password, client).catch(forbid);
}

/** Throws `NJ_PASSWORD_WRONG`, `NJ_CODE_WRONG`, `NJ_LOGIN_LOCKED`. */
export function confirmPasswordAndCode(
  users: Users,
  principal: Principal,
  proof: { readonly password: string; readonly code: string },
  client: ClientInfo,
): Promise<void> {
  const { password, code } = proof;
  return users.signIn.confirmWithCode(principal, password, code, client).catch(forbid);
}

/**
 * The password, and the code where the account has a second factor, of a body that has both as optional. Throws
 * `NJ_REQUEST_INVALID` if one is missing, else what {@link confirmPasswordAndCode} throws.
 */
export async function confirmOnceMore(
  users: Users,
  principal: Principal,
  { current, code }: { readonly current?: string | undefined; readonly code?: string | undefined },
  client: ClientInfo,
): Promise<void> {
  if (current === undefined)
    throw invalidRequest("body", [{ path: "/current", message: "is missing: the own password" }]);
  if (!(await users.secondFactors.isOn(principal.userName))) {
    await confirmPassword(users, principal, current, client);
    return;
  }
  if (code === undefined)
    throw invalidRequest("body", [
      { path: "/code", message: "is missing: this account has a second factor" },
    ]);
  await confirmPasswordAndCode(users, principal, { password: current, code }, client);
}

function forbid(error: unknown): never {
  const code = error instanceof NightjarError ? error.code : undefined;
  if (code === "NJ_LOGIN_FAILED") {
    throw new NightjarError("NJ_PASSWORD_WRONG", "permission-denied", "the current password is wrong");
  }
  if (code === "NJ_SECOND_FACTOR_WRONG" || code === "NJ_SECOND_FACTOR_NEEDED") throw codeWrong();
  throw error;
}
