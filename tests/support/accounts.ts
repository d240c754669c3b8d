// Makes accounts at a real recorder by its API, as its pages do: the first administrator, more accounts, their sessions.
import { NightjarError } from "../../core/errors.ts";

/** The administrator that tests make. */
export const ADMINISTRATOR = { username: "admin", password: "correct horse battery" } as const;

export interface TestAccount {
  readonly username: string;
  readonly password: string;
}

/** Makes the first administrator of the recorder at `url` with its one-time code; answers the token of the session. */
export async function activate(
  url: string,
  code: string | undefined,
  account: TestAccount = ADMINISTRATOR,
): Promise<string> {
  const { token } = await post<{ token: string }>(url, "activate", undefined, { code, ...account });
  return token;
}

/** Makes one more account in the name of an administrator, and signs in with it; answers that session's token. */
export async function addAccount(
  recorder: { readonly url: string; readonly token: string },
  account: TestAccount & { readonly role: "administrator" | "operator" | "viewer" },
): Promise<string> {
  const { username, password, role } = account;
  await post(recorder.url, "users", recorder.token, { name: username, password, role });
  return signIn(recorder.url, account);
}

/** Signs in; answers the token of the session. */
export async function signIn(url: string, { username, password }: TestAccount): Promise<string> {
  const { token } = await post<{ token: string }>(url, "session", undefined, { username, password });
  return token;
}

async function post<T>(url: string, path: string, token: string | undefined, body: object): Promise<T> {
  const response = await fetch(new URL(`api/v1/${path}`, `${url.replace(/\/$/, "")}/`), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new NightjarError("NJ_TEST_REFUSED", "internal", `${path}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
