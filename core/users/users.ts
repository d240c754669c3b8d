// Puts the parts of user management together over one database.
import type { Clock } from "../clock.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { Db } from "../db/db.ts";
import { apiTokensTable } from "../db/tables/api-tokens-table.ts";
import { auditTable } from "../db/tables/audit-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { loginAttemptsTable } from "../db/tables/login-attempts-table.ts";
import { mediaTicketsTable } from "../db/tables/media-tickets-table.ts";
import { secondFactorsTable } from "../db/tables/second-factors-table.ts";
import { sessionsTable } from "../db/tables/sessions-table.ts";
import { streamPasswordsTable } from "../db/tables/stream-passwords-table.ts";
import { usersTable } from "../db/tables/users-table.ts";
import type { Log } from "../log.ts";
import { Accounts } from "./accounts.ts";
import { Activation } from "./activation.ts";
import { ApiTokens } from "./api-tokens.ts";
import { AuditLog } from "./audit-log.ts";
import { AuditUpkeep } from "./audit-upkeep.ts";
import { Callers } from "./callers.ts";
import { CameraScopes } from "./camera-scopes.ts";
import { DeviceCookies } from "./device-cookies.ts";
import { rememberingTokens } from "./known-tokens.ts";
import { LoginGuard } from "./login-guard.ts";
import type { LoginSources } from "./login-sources.ts";
import { MediaTickets } from "./media-tickets.ts";
import type { PasswordCost } from "./password-hash.ts";
import { SecondFactors } from "./second-factors.ts";
import { type SessionLimits, Sessions } from "./sessions.ts";
import { SignIn } from "./sign-in.ts";
import { StreamPasswords } from "./stream-passwords.ts";
import { StreamSignIn } from "./stream-sign-in.ts";
import { TypedNames } from "./typed-names.ts";

export interface Users {
  readonly accounts: Accounts;
  readonly activation: Activation;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  /** Whoever asks, be it with a session or with an API token. */
  readonly callers: Callers;
  readonly signIn: SignIn;
  /** Login providers of plugins; undefined: there can be none. */
  readonly loginSources: LoginSources | undefined;
  readonly devices: DeviceCookies;
  readonly secondFactors: SecondFactors;
  readonly tickets: MediaTickets;
  readonly streamPasswords: StreamPasswords;
  readonly streamSignIn: StreamSignIn;
  readonly audit: AuditLog;
  /** What is kept of the audit log, and the check of its chain. */
  readonly auditUpkeep: AuditUpkeep;
  /** Stops timers and waits for the audit log. The database stays open. */
  close(): Promise<void>;
}

export interface UsersOptions {
  readonly db: Db;
  /** Holds the secrets of second factors. */
  readonly secrets: SecretStore;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Read for each session, so that a changed setting applies at once. */
  readonly sessionLimits: () => SessionLimits;
  /** Days that entries of the audit log are kept; absent: as long as there is room. Read each time. */
  readonly auditDays?: () => number;
  /** The moment from which their ages are counted; absent: what the clock says. */
  readonly agesMs?: () => number;
  /** Login providers of plugins; absent: there are none. */
  readonly loginSources?: LoginSources;
  /** For tests, which are not guessed at. */
  readonly passwordCost?: PasswordCost;
}

/** Opens user management. The caller closes it before the database. */
export async function openUsers(options: UsersOptions): Promise<Users> {
  const { db, clock, log } = options;
  const scopes = await CameraScopes.load(keyValuesTable(db));
  const audit = new AuditLog(auditTable(db), clock, log);
  const auditUpkeep = new AuditUpkeep({
    table: auditTable(db),
    clock,
    log,
    keepDays: options.auditDays ?? (() => Number.POSITIVE_INFINITY),
    ...(options.agesMs === undefined ? {} : { agesMs: options.agesMs }),
    onHour: () => audit.tellLeftOut(),
  });
  const sessions = new Sessions({
    table: rememberingTokens(sessionsTable(db), db, clock),
    clock,
    limits: options.sessionLimits,
    scopes,
    log,
  });
  const apiTokens = new ApiTokens({
    table: rememberingTokens(apiTokensTable(db), db, clock),
    users: usersTable(db),
    scopes,
    sessions,
    audit,
    clock,
    log,
  });
  const secondFactors = new SecondFactors({
    table: secondFactorsTable(db),
    secrets: options.secrets,
    sessions,
    apiTokens,
    audit,
    clock,
  });
  const streamPasswords = new StreamPasswords({
    table: streamPasswordsTable(db),
    users: usersTable(db),
    secrets: options.secrets,
    sessions,
    audit,
    clock,
  });
  const accounts = new Accounts({
    db,
    sessions,
    scopes,
    apiTokens,
    secondFactors,
    streamPasswords,
    audit,
    clock,
    passwordCost: options.passwordCost,
  });
  const names = new TypedNames(options.secrets, accounts);
  const guard = new LoginGuard(
    loginAttemptsTable(db),
    clock,
    (name, address) => sessions.isKnownAddress(name, address),
    (name) => names.mark(name),
  );
  const devices = new DeviceCookies(options.secrets, usersTable(db), clock);
  return {
    accounts,
    devices,
    activation: new Activation({ dataDir: options.dataDir, accounts, clock }),
    sessions,
    apiTokens,
    callers: new Callers(sessions, apiTokens),
    signIn: new SignIn({
      accounts,
      sessions,
      secondFactors,
      sources: options.loginSources,
      guard,
      devices,
      names,
      audit,
      clock,
    }),
    loginSources: options.loginSources,
    secondFactors,
    tickets: new MediaTickets(mediaTicketsTable(db), clock),
    streamPasswords,
    streamSignIn: new StreamSignIn({
      table: streamPasswordsTable(db),
      passwords: streamPasswords,
      scopes,
      guard,
      names,
      audit,
      clock,
    }),
    audit,
    auditUpkeep,
    async close() {
      sessions.close();
      apiTokens.close();
      audit.tellLeftOut();
      await auditUpkeep.close();
      await audit.settled();
    },
  };
}
