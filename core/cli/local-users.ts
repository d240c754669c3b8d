// The accounts of a data directory for the command line, whether its recorder runs or stands still.
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { SecretStore } from "../config/secret-store.ts";
import type { CoreMethodsForCli } from "../control/cli-protocol.ts";
import { DATABASE_FILE, openDb } from "../db/open-db.ts";
import type { Link } from "../link/link.ts";
import { silentLog } from "../log.ts";
import { type LocalUserCalls, onDatabase } from "../users/local-calls.ts";
import { openUsers } from "../users/users.ts";
import { type Closing, withRecorder } from "./present-recorder.ts";

/** Runs `action` on the accounts: of the running recorder, else of its database. */
export function withUsers(
  dataDir: string,
  action: (users: LocalUserCalls) => Promise<number>,
): Promise<number> {
  return withRecorder(dataDir, { overLink, onDataDir: (closing) => onDataDir(dataDir, closing) }, action);
}

async function onDataDir(dataDir: string, closing: Closing): Promise<LocalUserCalls> {
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  closing.push(() => db.close());
  const users = await openUsers({
    db,
    secrets: await SecretStore.open({ dataDir }),
    dataDir,
    clock: systemClock,
    log: silentLog,
    // Nobody signs in while the recorder stands still, and nobody is signed out by the command line's clock.
    sessionLimits: () => ({ idleMs: Number.MAX_SAFE_INTEGER, absoluteMs: Number.MAX_SAFE_INTEGER }),
  });
  closing.push(() => users.close());
  return onDatabase(users);
}

function overLink(core: Link<CoreMethodsForCli>): LocalUserCalls {
  return {
    listUsers: (params) => core.request("listUsers", params),
    createUser: (params) => core.request("createUser", params),
    changeUser: (params) => core.request("changeUser", params),
    setPassword: (params) => core.request("setPassword", params),
    removeUser: (params) => core.request("removeUser", params),
    resetSecondFactor: (params) => core.request("resetSecondFactor", params),
    createStreamPassword: (params) => core.request("createStreamPassword", params),
    listStreamPasswords: (params) => core.request("listStreamPasswords", params),
    revokeStreamPassword: (params) => core.request("revokeStreamPassword", params),
    activationCode: (params) => core.request("activationCode", params),
    listTokens: (params) => core.request("listTokens", params),
    createToken: (params) => core.request("createToken", params),
    revokeToken: (params) => core.request("revokeToken", params),
  };
}
