// Hands one message to a mail server (RFC 5321, 4954 for signing in, 1870 for its size): to whom it went, and whom the server
// refused. One connection for each message; it ends with the message, with the time for it, or with the plugin.
import { connect, isIPv6, type LookupFunction, type Socket } from "node:net";
import { domainToASCII } from "node:url";
import type { NightjarError, Nvr } from "@nightjar/core";
import type { EmailSettings } from "./config.ts";
import { connectionError, mailError, maskedAddress, saidBy } from "./mail-errors.ts";
import { type Reply, SmtpConnection } from "./smtp-connection.ts";

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

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

export interface SendOptions {
  readonly lookup: Nvr["lookup"];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The server of the plugin's settings. Throws `NJ_EMAIL_NOT_SET` where there is none, or it would get a password in the clear. */
export function serverOf(settings: EmailSettings): MailServer & { readonly from: string } {
  const { host, security, port = PORTS[security], user, password, certificates, fromAddress } = settings;
  if (host === undefined || fromAddress === undefined) {
    throw mailError(
      "NJ_EMAIL_NOT_SET",
      "failed-precondition",
      "neither mails nor tests go out before the plugin's settings name the mail server and the sender's address",
      {},
    );
  }
  if (security === "none" && password !== undefined) {
    throw mailError(
      "NJ_EMAIL_NOT_SET",
      "failed-precondition",
      "without encryption no password is sent: choose starttls or tls, or take user name and password away",
      {},
    );
  }
  return {
    host: domainToASCII(host) || host,
    port,
    security,
    user,
    password,
    certificates,
    from: fromAddress,
  };
}

/** Sends it; gives whom the server refused of several. Throws `NJ_EMAIL_*` and `NJ_ADDRESS_OWN` where it went to nobody. */
export async function sendMail(
  server: MailServer,
  envelope: Envelope,
  { lookup, timeoutMs, signal }: SendOptions,
): Promise<readonly RefusedReceiver[]> {
  const { host, port } = server;
  const limit = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, limit]);
  let socket: Socket | undefined;
  let connection: SmtpConnection | undefined;
  let isTaken = false;
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => {
    const reason = limit.aborted ? late(server, timeoutMs) : connectionError(ended.reason, host, port);
    given.reject(reason);
    connection?.close(reason);
    socket?.destroy();
  };
  ended.addEventListener("abort", giveUp, { once: true });
  const work = async (): Promise<readonly RefusedReceiver[]> => {
    ended.throwIfAborted();
    const places = await lookup(host, port);
    ended.throwIfAborted();
    if (places.length === 0)
      throw mailError("NJ_EMAIL_UNAVAILABLE", "unavailable", `${host} leads to no machine`, { host });
    // What was judged is what is connected to: the name is not asked for again.
    const pinned: LookupFunction = (_name, { all }, done) => {
      const [first] = places;
      if (all === true || first === undefined) done(null, [...places]);
      else done(null, first.address, first.family);
    };
    socket = connect({ host, port, lookup: pinned });
    await connected(socket);
    connection = new SmtpConnection(socket, server);
    const refused = await converse(connection, server, envelope);
    isTaken = true;
    return refused;
  };
  try {
    return await Promise.race([work(), given.promise]);
  } catch (error) {
    throw limit.aborted ? late(server, timeoutMs) : connectionError(error, host, port);
  } finally {
    ended.removeEventListener("abort", giveUp);
    if (isTaken) {
      connection?.leave();
    } else {
      connection?.close();
      socket?.destroy();
    }
  }
}

async function converse(
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

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => {
      socket.off("error", reject).off("close", closed);
      resolve();
    });
    const closed = (): void => reject({ code: "ECLOSED" });
    socket.once("error", reject).once("close", closed);
  });
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

function late({ host }: MailServer, timeoutMs: number): NightjarError {
  return mailError(
    "NJ_EMAIL_TIMEOUT",
    "deadline-exceeded",
    `${host} has not taken the mail within ${timeoutMs / 1_000} s`,
    {
      host,
    },
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
