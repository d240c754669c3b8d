// What is said to a mail server to hand it a message (RFC 5321; 4954 for signing in, 1870 for the size), and what its answers mean.
import { isIPv6 } from "node:net";
import type { NightjarError } from "@nightjar/core";
import type { EmailSettings } from "./config.ts";
import { mailError, maskedAddress, saidBy } from "./mail-errors.ts";
import type { Reply, SmtpConnection } from "./smtp-connection.ts";

/** A server that somebody has set, as it is spoken to. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: EmailSettings["security"];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** PEM, trusted instead of the public ones. */
  readonly certificates: string | undefined;
}

/** What goes on its way. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  /** The message, no larger than that where it can be made smaller; CRLF line ends, ASCII. */
  message(mostBytes: number): Buffer;
}

/** Whom a server has refused, and whether it may take the message for him later. */
export interface RefusedReceiver {
  readonly address: string;
  readonly isForNow: boolean;
  readonly said: string;
}

/** All that is said on a connection, up to the server's word that it has the message; gives whom it refused of several. */
export async function converse(
  connection: SmtpConnection,
  server: MailServer,
  envelope: Envelope,
): Promise<readonly RefusedReceiver[]> {
  const { security } = server;
  if (security === "tls") await connection.encrypt(server);
  expect(await connection.reply(), 220, server, "does not take connections");
  let abilities = await greet(connection, server);
  if (security === "starttls") {
    if (!abilities.has("STARTTLS")) throw plainOnly(server);
    const consent = await connection.command("STARTTLS");
    if (consent.code !== 220) throw plainOnly(server);
    await connection.encrypt(server);
    abilities = await greet(connection, server);
  }
  if (server.user !== undefined) await signIn(connection, server, abilities.get("AUTH") ?? "");
  const most = Number(abilities.get("SIZE") ?? 0) || Number.POSITIVE_INFINITY;
  const message = envelope.message(most);
  const size = abilities.has("SIZE") ? ` SIZE=${message.length}` : "";
  expect(await connection.command(`MAIL FROM:<${envelope.from}>${size}`), 250, server, "refuses the sender");
  const refused = await nameReceivers(connection, server, envelope.to);
  expect(await connection.command("DATA"), 354, server, "refuses the message");
  expect(await connection.data(dotted(message)), 250, server, "refuses the message");
  return refused;
}

/** Says who is there; gives what the server can do, by name. */
async function greet(connection: SmtpConnection, server: MailServer): Promise<ReadonlyMap<string, string>> {
  const address = connection.localAddress.replace(/%.*$/, "");
  const own = isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
  const reply = await connection.command(`EHLO ${own}`);
  expect(reply, 250, server, "does not let this recorder in");
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [name = "", ...rest] = line.trim().split(/[ =]/);
      return [name.toUpperCase(), rest.join(" ").toUpperCase()];
    }),
  );
}

async function signIn(connection: SmtpConnection, server: MailServer, offered: string): Promise<void> {
  const { user = "", password = "", host } = server;
  const ways = offered.split(/\s+/);
  let reply: Reply;
  if (ways.includes("PLAIN")) {
    reply = await connection.command(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
  } else if (ways.includes("LOGIN")) {
    reply = await connection.command("AUTH LOGIN");
    if (reply.code === 334) reply = await connection.command(base64(user));
    if (reply.code === 334) reply = await connection.command(base64(password));
  } else {
    throw mailError(
      "NJ_EMAIL_SIGN_IN",
      "failed-precondition",
      `${host} offers no way of signing in that this recorder knows (${saidBy(offered, [])}): PLAIN or LOGIN`,
      { host },
    );
  }
  if (reply.code === 235) return;
  if (reply.code >= 400 && reply.code < 500) throw busy(server, reply, "cannot check the password now");
  throw mailError(
    "NJ_EMAIL_SIGN_IN",
    "failed-precondition",
    `${host} refuses user name and password (${reply.code}): look at both; large providers want an app password`,
    { host, status: reply.code },
  );
}

/** Names them all; throws where none is left. */
async function nameReceivers(
  connection: SmtpConnection,
  server: MailServer,
  to: readonly string[],
): Promise<readonly RefusedReceiver[]> {
  const refused: RefusedReceiver[] = [];
  for (const address of to) {
    const reply = await connection.command(`RCPT TO:<${address}>`);
    if (reply.code === 250 || reply.code === 251) continue;
    refused.push({
      address,
      isForNow: reply.code < 500,
      said: `${reply.code} ${said(reply, server)}`.trim(),
    });
  }
  if (refused.length < to.length) return refused;
  throw refusedReceivers(server.host, refused, 0);
}

/** What is told of receivers that were refused; one that may be taken later makes it worth another try. */
export function refusedReceivers(
  host: string,
  refused: readonly RefusedReceiver[],
  sent: number,
): NightjarError {
  const names = refused.slice(0, 3).map(({ address, said: why }) => `${maskedAddress(address)} (${why})`);
  const more = refused.length > names.length ? ` and ${refused.length - names.length} more` : "";
  const others = sent === 0 ? "" : `; ${sent} got it`;
  return refused.some(({ isForNow }) => isForNow)
    ? mailError(
        "NJ_EMAIL_UNAVAILABLE",
        "unavailable",
        `${host} does not take it for ${names.join(", ")}${more} now${others}`,
        {
          host,
        },
      )
    : mailError(
        "NJ_EMAIL_RECEIVER",
        "failed-precondition",
        `${host} refuses ${names.join(", ")}${more}${others}`,
        {
          host,
          count: refused.length,
        },
      );
}

function expect(reply: Reply, code: number, server: MailServer, what: string): void {
  if (reply.code === code) return;
  if (reply.code >= 400 && reply.code < 500) throw busy(server, reply, what);
  const { host } = server;
  const needsSignIn = reply.code === 530 && server.user === undefined;
  throw mailError(
    needsSignIn ? "NJ_EMAIL_SIGN_IN" : "NJ_EMAIL_REFUSED",
    "failed-precondition",
    needsSignIn
      ? `${host} wants a user name and a password`
      : `${host} ${what}: ${reply.code} ${said(reply, server)}`.trim(),
    { host, status: reply.code },
  );
}

function busy(server: MailServer, reply: Reply, what: string): NightjarError {
  const { host } = server;
  const words = `${host} ${what}: ${reply.code} ${said(reply, server)}`.trim();
  return mailError("NJ_EMAIL_UNAVAILABLE", "unavailable", words, { host, status: reply.code });
}

function said({ lines }: Reply, { user = "", password = "" }: MailServer): string {
  return saidBy(lines.join(" "), [password, base64(password), base64(`\0${user}\0${password}`)]);
}

function plainOnly({ host, port }: MailServer): NightjarError {
  return mailError(
    "NJ_EMAIL_NO_ENCRYPTION",
    "failed-precondition",
    `${host}, port ${port}, offers no encryption (STARTTLS): nothing was sent`,
    { host, port },
  );
}

/** A line that begins with a dot gets another one, and a line with a dot ends it all (RFC 5321 §4.5.2). */
function dotted(message: Buffer): Buffer {
  const text = message.toString("latin1").replaceAll(/^\./gm, "..");
  return Buffer.from(`${text}${text.endsWith("\r\n") ? "" : "\r\n"}.\r\n`, "latin1");
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
