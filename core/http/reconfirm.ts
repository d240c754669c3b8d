// Asks a signed-in person for the password, or password and code, once more before something grave. Refusals are 403 here:
// a 401 would make browsers' pages believe that the session is gone.
import { NightjarError } from "../errors.ts";
import type { ClientInfo, Principal } from "../users/principal.ts";
import { codeWrong } from "../users/second-factors.ts";
import type { Users } from "../users/users.ts";

/** Throws `NJ_PASSWORD_WRONG`, `NJ_LOGIN_LOCKED`. */
export function confirmPassword(
  users: Users,
  principal: Principal,
  password: string,
  client: ClientInfo,
): Promise<void> {
  return users.signIn.confirm(principal.userName, password, client).catch(forbid);
}

/** Throws `NJ_PASSWORD_WRONG`, `NJ_CODE_WRONG`, `NJ_LOGIN_LOCKED`. */
export function confirmPasswordAndCode(
  users: Users,
  principal: Principal,
  proof: { readonly password: string; readonly code: string },
  client: ClientInfo,
): Promise<void> {
  const { password, code } = proof;
  return users.signIn.confirmWithCode(principal.userName, password, code, client).catch(forbid);
}

function forbid(error: unknown): never {
  const code = error instanceof NightjarError ? error.code : undefined;
  if (code === "NJ_LOGIN_FAILED") {
    throw new NightjarError("NJ_PASSWORD_WRONG", "permission-denied", "the current password is wrong");
  }
  if (code === "NJ_SECOND_FACTOR_WRONG" || code === "NJ_SECOND_FACTOR_NEEDED") throw codeWrong();
  throw error;
}
