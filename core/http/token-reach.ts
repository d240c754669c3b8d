// How far a program with an API token reaches among accounts: it manages none that can do more than itself, and never the
// one that it belongs to. Otherwise the right to manage users alone would be every right.
import { type CameraScope, RIGHTS_OF_ROLE, type Role, rightsFor, scopeHolds } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { mayDo, type Principal } from "../users/principal.ts";

/** Throws `NJ_TOKEN_REACH` unless the account can do no more than the program. People are not judged here. */
export function checkReach(
  principal: Principal,
  account: { readonly name?: string; readonly role: Role; readonly cameras: CameraScope },
): void {
  if (principal.token === undefined) return;
  const isOwn = account.name?.toLowerCase() === principal.userName.toLowerCase();
  const rights = [...RIGHTS_OF_ROLE[account.role]];
  const isWithin =
    !isOwn &&
    rights.every((right) => mayDo(principal, right)) &&
    (account.cameras === "all"
      ? principal.cameras === "all"
      : account.cameras.every((camera) =>
          rightsFor(camera).every((right) =>
            scopeHolds(principal.cameras, right, typeof camera === "string" ? camera : camera.id),
          ),
        ));
  if (isWithin) return;
  throw new NightjarError(
    "NJ_TOKEN_REACH",
    "permission-denied",
    isOwn
      ? "an API token does not change the account that it belongs to"
      : "an API token manages accounts that can do no more than itself; this one could",
  );
}
