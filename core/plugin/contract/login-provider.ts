// What a login plugin registers: a provider that says whether a name and a password belong together, and which groups the
// name is in. What an account may then do is the administrator's word (`logins` in config.json), never the provider's.

/** Somebody who wants to sign in with a name that has no password of the recorder's own. */
export interface LoginAttempt {
  /** As it was typed, in Unicode's normal form: 1 to 64 letters, figures and `. _ @ -`. */
  readonly userName: string;
  /** As it was typed, never empty. Ask with it, and keep it nowhere: neither in a file nor in the log. */
  readonly password: string;
}

/** Somebody whom the provider knows. More fields may come. */
export interface LoginIdentity {
  /** Groups of the directory that the name is in, as the directory writes them: at most 500 of up to 300 letters. */
  readonly groups: readonly string[];
}

/**
 * A directory of people. It is asked once the administrator has named it in `logins` of config.json, and then only for names
 * that have no account of the recorder's own. It must stand in `nightjar.provides` of package.json, as
 * `login-provider:<id>`. Plain data in, plain data out; it has five seconds.
 */
export interface LoginProvider {
  /** `ldap`, `company` … In config.json it is named together with its package. */
  readonly id: string;
  readonly displayName: string;
  /**
   * Answers who that is, or `undefined` where the directory does not know the name or the password is wrong. Throws, with a
   * message for administrators, where the directory cannot be asked: that is no wrong password, and is not counted as one.
   */
  check(attempt: LoginAttempt, context: { readonly signal: AbortSignal }): Promise<LoginIdentity | undefined>;
}
