// The action `push`: which devices are told of an event, and what came of it. Who may see the event is the recorder's word, given
// anew at each try; a device that was switched on before its account was made is another person's of the same name.
import {
  type LinkageAccount,
  type LinkageAction,
  type LinkageDone,
  type LinkageRequest,
  type Log,
  NightjarError,
} from "@nightjar/core";
import { actionConfig, MOST_AGE_SECONDS, type PushActionConfig } from "./config.ts";
import type { Device, DeviceBook } from "./device-book.ts";
import type { PushSender } from "./push-sender.ts";
import { noticeOf } from "./words.ts";

const AT_ONCE = 8;
/** Events that are remembered, so that another try goes only to devices that lack it. */
const MOST_REMEMBERED = 500;

export interface PushActionParts {
  readonly book: Pick<DeviceBook, "all" | "told" | "remove">;
  readonly sender: Pick<PushSender, "send">;
  readonly log: Log;
  nowMs(): number;
}

/** Of one request: since when it is tried, and the devices that have it. */
interface Served {
  readonly sinceMs: number;
  readonly devices: Set<string>;
}

interface Told {
  readonly device: Device;
  readonly account: LinkageAccount;
}

/** Makes the action. */
export function pushAction(parts: PushActionParts): LinkageAction {
  const all = new Map<string, Served>();
  return {
    id: "push",
    displayName: "Push notification",
    wantsPictures: 0,
    wantsAccounts: true,
    maxAgeSeconds: MOST_AGE_SECONDS,
    configSchema: actionConfig,
    run: (request, { signal }) => tell(parts, request, servedOf(all, request, parts.nowMs()), signal),
  };
}

async function tell(
  { book, sender, log, nowMs }: PushActionParts,
  request: LinkageRequest,
  served: Served,
  signal: AbortSignal,
): Promise<LinkageDone> {
  const { keepMinutes, accounts: names, ...words } = request.config as PushActionConfig;
  const meant = devicesMeant(book.all, request, names);
  const leftSeconds = keepMinutes * 60 - Math.floor((nowMs() - served.sinceMs) / 1_000);
  const keepSeconds = Math.min(keepMinutes * 60, Math.max(0, leftSeconds));
  const options = {
    keepSeconds,
    isUrgent: request.event.severity === "alarm" || request.isTest,
    // One that is off gets the newest of an event alone, as one that is on shows it.
    topic: request.isTest ? "test" : `event ${request.event.id}`,
    signal,
  };
  const failures: NightjarError[] = [];
  // Of a service that says nothing no more devices are asked in this try: those of others are to get theirs.
  const silent = new Map<string, NightjarError>();
  await eachOf(meant, async ({ device, account: { mayAcknowledge } }) => {
    if (served.devices.has(device.id)) return;
    const host = URL.parse(device.endpoint)?.host ?? "";
    const known = silent.get(host);
    if (known !== undefined) {
      failures.push(known);
      return;
    }
    try {
      const notice = noticeOf(request, words, { language: device.language, mayAcknowledge });
      if ((await sender.send(device, notice, options)) === "sent") {
        served.devices.add(device.id);
        book.told(device.id, nowMs());
        return;
      }
      await book.remove(device.id);
      const { user, name } = device;
      log.notice("a device is no longer told: its push service does not know it any more", {
        user,
        device: name,
      });
    } catch (error) {
      if (!(error instanceof NightjarError)) throw error;
      if (error.code === "NJ_PUSH_TIMEOUT") silent.set(host, error);
      failures.push(error);
    }
  });
  // Of several reasons the one that may pass: then it is tried again.
  const worst =
    failures.find(({ kind }) => kind === "unavailable" || kind === "deadline-exceeded") ?? failures[0];
  if (worst !== undefined) throw partly(worst, failures.length, meant.length);
  const count = meant.filter(({ device }) => served.devices.has(device.id)).length;
  if (count === 0) {
    throw new NightjarError(
      "NJ_PUSH_NOBODY",
      "failed-precondition",
      "no device is there to be told: nobody who may see this event, and is meant by the rule, has one switched on",
    );
  }
  return { note: `${count} ${count === 1 ? "device" : "devices"}` };
}

/** Devices of accounts that may see the event, and that the rule means. */
function devicesMeant(
  devices: readonly Device[],
  { accounts = [] }: LinkageRequest,
  names: readonly string[],
): readonly Told[] {
  const known = new Map(accounts.map((account) => [account.name.toLowerCase(), account]));
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return devices.flatMap((device) => {
    const user = device.user.toLowerCase();
    const account = known.get(user);
    if (account === undefined || device.createdMs < account.sinceMs) return [];
    return wanted.size === 0 || wanted.has(user) ? [{ device, account }] : [];
  });
}

/** A few at once. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, worker));
}

function partly(
  { code, kind, message, context, cause }: NightjarError,
  failed: number,
  all: number,
): NightjarError {
  return all === 1
    ? new NightjarError(code, kind, message, context, cause)
    : new NightjarError(code, kind, `${failed} of ${all} devices lack it: ${message}`, context, cause);
}

function servedOf(all: Map<string, Served>, { id, event }: LinkageRequest, nowMs: number): Served {
  const key = `${id} ${event.start}`;
  const known = all.get(key) ?? { sinceMs: nowMs, devices: new Set<string>() };
  all.delete(key);
  all.set(key, known);
  const [oldest] = all.keys();
  if (all.size > MOST_REMEMBERED && oldest !== undefined) all.delete(oldest);
  return known;
}
