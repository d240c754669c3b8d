// Decides what becomes of an event: a mail at once, or a place in a digest, because the rule wants one or because too many have
// gone out. Sends digests when they are due; what cannot be sent waits with growing pauses, a day at most.
import { createHash } from "node:crypto";
import type { LinkageDone, LinkageRequest, Log } from "@nightjar/core";
import type { EmailActionConfig, EmailSettings } from "./config.ts";
import { type Digest, Digests } from "./digests.ts";
import { mailError, maskedAddress } from "./mail-errors.ts";
import { MailLimits } from "./mail-limits.ts";
import { digestLine, eventWords, filledIn, subjectText } from "./mail-words.ts";
import { type Mail, mailBytes, pictureName } from "./mime.ts";
import { refusedReceivers } from "./smtp-dialogue.ts";
import { type SendOptions, sendMail, serverOf } from "./smtp-send.ts";

/** Below what an action has. */
const TIMEOUT_MS = 25_000;
const PAUSES_MS = [60_000, 300_000, 900_000, 1_800_000];
/** With these pauses a day. */
const MOST_TRIES = 50;
/** Mails that are remembered, so that another try goes only to those who lack it. */
const MOST_REMEMBERED = 1_000;
const REFUSED_PAUSE_MS = 300_000;
/** What every mail server has to take with one message (RFC 5321, section 4.5.3.1.8); more are served by several. */
const RECEIVERS_OF_A_MAIL = 100;

/** Of one request: who has it (undefined), or gets it in a digest by then. */
type Served = Map<string, number | undefined>;

export interface MailDeskOptions {
  readonly settings: EmailSettings;
  readonly storageDir: string;
  readonly log: Log;
  readonly lookup: SendOptions["lookup"];
  /** Aborted when the plugin ends. */
  readonly signal: AbortSignal;
  nowMs(): number;
}

export class MailDesk {
  readonly #options: MailDeskOptions;
  readonly #limits: MailLimits;
  readonly #digests: Digests;
  readonly #served = new Map<string, Served>();
  /** The server refused user name and password, and is not asked again before. */
  #refusal: { readonly error: unknown; readonly untilMs: number } | undefined;
  #isAway = false;
  readonly #closing = new AbortController();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: MailDeskOptions) {
    const { mailsPerHour: all, mailsPerHourEach: each } = options.settings;
    this.#options = options;
    this.#limits = new MailLimits({ all, each });
    this.#digests = new Digests(options.storageDir);
  }

  async open(): Promise<void> {
    await this.#digests.load();
  }

  /** Keeps what waits, the digest that is on its way among it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#turn.catch(() => undefined);
    await this.#digests.save();
  }

  /** An event. Throws `NJ_EMAIL_*` where no mail could be sent that had to. */
  async take(request: LinkageRequest, signal: AbortSignal): Promise<LinkageDone> {
    const server = serverOf(this.#options.settings);
    const { receivers } = request.config as EmailActionConfig;
    const served = this.#servedOf(request);
    const open = receivers.filter((receiver) => !served.has(receiver));
    // Somebody who tries it waits for the mail.
    const now = request.isTest ? open : open.filter((receiver) => this.#goesNow(receiver, request));
    // First of all: whatever becomes of the mail, these have their place.
    let isHeld = this.#hold(
      request,
      open.filter((receiver) => !now.includes(receiver)),
      served,
    );
    // Nobody else keeps what comes so late.
    if (this.#closing.signal.aborted) await this.#digests.save();
    const refused: unknown[] = [];
    for (const to of inMails(receivers, now)) {
      if (!request.isTest && !this.#limits.isFree(this.#options.nowMs())) {
        isHeld = this.#hold(request, to, served) && isHeld;
        continue;
      }
      try {
        await this.#sendNow(request, server, to, served, signal);
      } catch (error) {
        // Where the server refuses some of a mail, those of the next are asked for all the same.
        if ((error as { readonly code?: unknown }).code !== "NJ_EMAIL_RECEIVER") throw error;
        refused.push(error);
      }
    }
    if (refused.length > 0) throw refused[0];
    if (!isHeld) {
      const waiting = this.#digests.size;
      const words = `${waiting} receivers wait for their digests already`;
      throw mailError("NJ_EMAIL_BUSY", "resource-exhausted", words, {});
    }
    return { note: noteOf([...served.values()], this.#options.nowMs()) };
  }

  async #sendNow(
    request: LinkageRequest,
    { from, ...server }: ReturnType<typeof serverOf>,
    to: readonly string[],
    served: Served,
    signal: AbortSignal,
  ): Promise<void> {
    const { lookup, signal: ended, nowMs } = this.#options;
    const startMs = nowMs();
    // A provider that refuses a password again and again locks the account.
    if (!request.isTest && this.#refusal !== undefined && startMs < this.#refusal.untilMs)
      throw this.#refusal.error;
    const taken = this.#limits.take(to, startMs);
    const mail = this.#mailOf(request, to);
    const envelope = { from, to, message: (most: number) => fitting(mail, most) };
    try {
      const refused = await sendMail(server, envelope, {
        lookup,
        timeoutMs: TIMEOUT_MS,
        signal: AbortSignal.any([ended, signal]),
      });
      this.#refusal = undefined;
      const left = refused.map(({ address }) => address);
      for (const receiver of to) if (!left.includes(receiver)) served.set(receiver, undefined);
      if (refused.length > 0) throw refusedReceivers(server.host, refused, to.length - refused.length);
    } catch (error) {
      if (!to.some((receiver) => served.has(receiver))) taken.giveBack();
      if ((error as { readonly code?: unknown }).code === "NJ_EMAIL_SIGN_IN")
        this.#refusal = { error, untilMs: nowMs() + REFUSED_PAUSE_MS };
      throw error;
    }
  }

  /** Sends digests that are due. Call it now and then, never twice at once. */
  turn(): Promise<void> {
    this.#turn = this.#sendDue();
    return this.#turn;
  }

  /** One after the other, and each is kept until it is gone: at most one is on its way. */
  async #sendDue(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const digest = this.#digests.takeDue(this.#options.nowMs());
      if (digest === undefined) break;
      await this.#send(digest);
      await this.#digests.save();
    }
    await this.#digests.save();
  }

  #goesNow(receiver: string, { config }: LinkageRequest): boolean {
    const nowMs = this.#options.nowMs();
    return (
      (config as EmailActionConfig).digestMinutes === 0 &&
      !this.#digests.isFull(receiver) &&
      this.#limits.isFree(nowMs) &&
      this.#limits.isFreeFor(receiver, nowMs)
    );
  }

  /** Puts an event into digests. False: there was no place for some. */
  #hold(request: LinkageRequest, receivers: readonly string[], served: Served): boolean {
    const { digestMinutes } = request.config as EmailActionConfig;
    const { recorderName } = request;
    const nowMs = this.#options.nowMs();
    const line = digestLine(eventWords(request));
    const isOverflow = digestMinutes === 0;
    let isHeld = true;
    for (const receiver of receivers) {
      const dueMs = isOverflow ? this.#limits.nextFreeMs(receiver, nowMs) : nowMs + digestMinutes * 60_000;
      if (this.#digests.add(receiver, line, { nowMs, dueMs, isOverflow, recorderName }))
        served.set(receiver, dueMs);
      else isHeld = false;
    }
    return isHeld;
  }

  async #send(digest: Digest): Promise<void> {
    const { settings, lookup, signal, log } = this.#options;
    const nowMs = this.#options.nowMs();
    const { receiver, count, tries } = digest;
    if (!this.#limits.isFree(nowMs) || !this.#limits.isFreeFor(receiver, nowMs)) {
      this.#digests.putBack({ ...digest, dueMs: this.#limits.nextFreeMs(receiver, nowMs) });
      return;
    }
    const taken = this.#limits.take([receiver], nowMs);
    try {
      const { from, ...server } = serverOf(settings);
      if (this.#refusal !== undefined && nowMs < this.#refusal.untilMs) throw this.#refusal.error;
      const mail = this.#digestMail(digest, from);
      await sendMail(
        server,
        { from, to: [receiver], message: () => mailBytes(mail) },
        { lookup, timeoutMs: TIMEOUT_MS, signal: AbortSignal.any([signal, this.#closing.signal]) },
      );
      this.#refusal = undefined;
      if (this.#isAway) log.notice("digests are sent again", { server: server.host });
      this.#isAway = false;
    } catch (error) {
      taken.giveBack();
      if (this.#closing.signal.aborted) {
        this.#digests.putBack(digest);
        return;
      }
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      if (code === "NJ_EMAIL_SIGN_IN" && error !== this.#refusal?.error)
        this.#refusal = { error, untilMs: this.#options.nowMs() + REFUSED_PAUSE_MS };
      const fields = { receiver: maskedAddress(receiver), events: count, reason: String(message) };
      if (tries >= MOST_TRIES || code === "NJ_EMAIL_RECEIVER") {
        log.error("a digest was given up", fields);
        return;
      }
      if (!this.#isAway) log.warn("a digest could not be sent and waits", fields);
      this.#isAway = true;
      const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
      this.#digests.putBack({ ...digest, tries: tries + 1, dueMs: nowMs + pauseMs });
    }
  }

  #mailOf(request: LinkageRequest, to: readonly string[]): Mail {
    const { settings, nowMs } = this.#options;
    const { receivers, subject, text } = request.config as EmailActionConfig;
    // Of another try it is the same; of another mail it is not.
    const part = partOf(receivers, to[0] ?? "");
    const words = eventWords(request);
    const pictures = settings.attachPictures ? request.pictures : [];
    const from = { name: settings.fromName, address: settings.fromAddress ?? "" };
    return {
      from,
      to,
      subject: subjectText(subject, words, request.isTest),
      text: filledIn(text, words),
      pictures: pictures.map(({ camera, timeMs, jpeg }) => ({
        name: pictureName(camera, timeMs),
        jpeg: Buffer.from(jpeg, "base64"),
      })),
      dateMs: nowMs(),
      messageId: idOf(`${request.id} ${request.event.start}${part === 0 ? "" : ` ${part}`}`, from.address),
    };
  }

  #digestMail({ receiver, lines, count, sinceMs, recorderName }: Digest, address: string): Mail {
    const { settings, nowMs } = this.#options;
    const more = count - lines.length;
    return {
      from: { name: settings.fromName, address },
      to: [receiver],
      subject: `${recorderName}: ${count} ${count === 1 ? "event" : "events"}`,
      text: [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n"),
      pictures: [],
      dateMs: nowMs(),
      messageId: idOf(`digest ${receiver} ${sinceMs} ${count}`, address),
    };
  }

  #servedOf({ id, event }: LinkageRequest): Served {
    const key = `${id} ${event.start}`;
    const known = this.#served.get(key) ?? (new Map() as Served);
    this.#served.delete(key);
    this.#served.set(key, known);
    const [oldest] = this.#served.keys();
    if (this.#served.size > MOST_REMEMBERED && oldest !== undefined) this.#served.delete(oldest);
    return known;
  }
}

/** Those who get a mail, by the mails that they are named in. */
function inMails(all: readonly string[], wanted: readonly string[]): Iterable<readonly string[]> {
  return Map.groupBy(wanted, (receiver) => partOf(all, receiver)).values();
}

function partOf(all: readonly string[], receiver: string): number {
  return Math.floor(Math.max(0, all.indexOf(receiver)) / RECEIVERS_OF_A_MAIL);
}

/** What was done, in numbers: whom a mail goes to is not everybody's business. */
function noteOf(served: readonly (number | undefined)[], nowMs: number): string {
  const dues = served.filter((dueMs) => dueMs !== undefined);
  const sent = served.length - dues.length;
  const minutes = Math.max(1, Math.ceil((Math.max(...dues) - nowMs) / 60_000));
  return [
    ...(sent > 0 ? [`sent to ${sent}`] : []),
    ...(dues.length > 0 ? [`${dues.length} in a digest within ${minutes} min`] : []),
  ].join("; ");
}

/** With as many pictures as the server takes. */
function fitting(mail: Mail, mostBytes: number): Buffer {
  for (let count = mail.pictures.length; count > 0; count -= 1) {
    const pictures = mail.pictures.slice(0, count);
    const left = mail.pictures.length - count;
    const text =
      left === 0
        ? mail.text
        : `${mail.text}\n\n(${left} more of the pictures: the mail server takes no larger mails)`;
    const bytes = mailBytes({ ...mail, text, pictures });
    if (bytes.length <= mostBytes) return bytes;
  }
  const text =
    mail.pictures.length === 0
      ? mail.text
      : `${mail.text}\n\n(without pictures: the mail server takes no larger mails)`;
  return mailBytes({ ...mail, text, pictures: [] });
}

/** Tells mails apart, and one from itself; the domain is the sender's. */
function idOf(what: string, address: string): string {
  const hash = createHash("sha256").update(what).digest("hex").slice(0, 32);
  return `${hash}@${address.slice(address.lastIndexOf("@") + 1)}`;
}
