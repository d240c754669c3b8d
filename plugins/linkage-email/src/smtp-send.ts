// Hands one message to a mail server: one connection for each, to what its name was judged to lead to; it ends with the message,
// with the time for it, or with the plugin.
import { connect, type LookupFunction, type Socket } from "node:net";
import { domainToASCII } from "node:url";
import type { NightjarError, Nvr } from "@nightjar/core";
import type { EmailSettings } from "./config.ts";
import { connectionError, mailError } from "./mail-errors.ts";
import { SmtpConnection } from "./smtp-connection.ts";
import { converse, type Envelope, type MailServer, type RefusedReceiver } from "./smtp-dialogue.ts";

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

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
  if (security === "none" && (user !== undefined || password !== undefined)) {
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
