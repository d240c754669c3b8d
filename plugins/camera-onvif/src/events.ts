// Events of a device by a PullPoint (ONVIF Core §9.2): a subscription that is renewed while it is asked, begun anew when the
// device has forgotten it, and left to run out by itself where nobody can end it any more.
import { randomUUID } from "node:crypto";
import type { PulledEvents } from "@nightjar/core";
import { NightjarError } from "@nightjar/core";
import type { OnvifDevice } from "./device.ts";
import { badAnswer } from "./errors.ts";
import { type EventScope, GoingOn } from "./notifications.ts";
import { child, escaped, textAt, type XmlElement } from "./xml.ts";

/** A subscription that nobody asks any more is over at the device after this. */
const LIFE_SECONDS = 60;
const RENEW_MS = 20_000;
/** What a request may take beyond the time that the device is asked to wait. */
const BEYOND_MS = 3_000;
const LONGEST_WAIT_MS = 5_000;
const MESSAGES = 100;
const MOST_SESSIONS = 1_024;
const REFERENCE_LIMIT = 20;
const EVENTS = "http://www.onvif.org/ver10/events/wsdl";
const ADDRESSING = "http://www.w3.org/2005/08/addressing";
const NOTIFICATION = "http://docs.oasis-open.org/wsn/bw-2";

interface Session {
  readonly device: OnvifDevice;
  readonly url: URL;
  /** What the device wants to hear with each request: XML. */
  readonly reference: string;
  readonly goingOn: GoingOn;
  renewedAtMs: number;
  answeredAtMs: number;
  /** What it told last may be lost. */
  isDoubtful: boolean;
  /** It renews by itself with each request. */
  isSelfRenewing: boolean;
}

export class EventSessions {
  readonly #sessions = new Map<string, Session>();

  /** What has come since the last call, for `waitMs` at most. */
  async pull(
    device: OnvifDevice,
    scope: () => Promise<EventScope>,
    { session: id, waitMs }: { readonly session?: string; readonly waitMs: number },
    signal: AbortSignal,
  ): Promise<PulledEvents> {
    const known = id === undefined ? undefined : this.#sessions.get(id);
    if (known === undefined || id === undefined || known.device !== device)
      return { session: await this.#begin(device, await scope(), signal), reports: [] };
    try {
      await this.#renew(known, signal);
      if (known.isDoubtful) await this.#askStates(known, signal);
      const seconds = Math.max(0.1, Math.min(LONGEST_WAIT_MS, waitMs) / 1_000).toFixed(1);
      const body = `<n:Timeout>PT${seconds}S</n:Timeout><n:MessageLimit>${MESSAGES}</n:MessageLimit>`;
      const answer = await this.#ask(known, "PullMessages", body, signal, waitMs + BEYOND_MS);
      known.answeredAtMs = performance.now();
      return { session: id, reports: known.goingOn.reports(answer) };
    } catch (error) {
      // A subscription outlives an answer that came too late, for as long as the device keeps it.
      const isGone = performance.now() - known.answeredAtMs > LIFE_SECONDS * 1_000;
      if (isGone || !isUnreachable(error)) this.#sessions.delete(id);
      known.isDoubtful = true;
      // A device that was restarted, or that had the subscription run out, refuses what it does not know.
      if (!isRefusal(error)) throw error;
      return { session: await this.#begin(device, await scope(), signal), reports: [] };
    }
  }

  /** Tells the device that nobody listens any more. */
  async end(id: string, signal: AbortSignal): Promise<void> {
    const known = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (known !== undefined) await unsubscribe(known, signal);
  }

  async #begin(device: OnvifDevice, scope: EventScope, signal: AbortSignal): Promise<string> {
    const body = `<n:InitialTerminationTime>PT${LIFE_SECONDS}S</n:InitialTerminationTime>`;
    const action = `${EVENTS}/EventPortType/CreatePullPointSubscriptionRequest`;
    const answer = await device.ask(
      { service: "events", operation: "CreatePullPointSubscription", action, body },
      signal,
    );
    const reference = child(answer, "SubscriptionReference");
    const url = device.reached(textAt(reference, "Address") ?? "");
    if (url === undefined)
      throw badAnswer(device.host, "its subscription has no address", { case: "subscription" });
    const session: Session = {
      ...{ device, url, goingOn: new GoingOn(scope), isSelfRenewing: false, isDoubtful: true },
      reference: (child(reference, "ReferenceParameters")?.children ?? [])
        .slice(0, REFERENCE_LIMIT)
        .map(referenceXml)
        .join(""),
      renewedAtMs: performance.now(),
      answeredAtMs: performance.now(),
    };
    try {
      await this.#askStates(session, signal);
    } catch (error) {
      // Devices have room for a few: one that nobody will ask is not left to run out.
      unsubscribe(session, AbortSignal.timeout(BEYOND_MS)).catch(() => undefined);
      throw error;
    }
    const id = randomUUID();
    this.#sessions.set(id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return id;
  }

  /** Asks for all states; a device that does not know how sends changes alone. */
  async #askStates(session: Session, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask(session, "SetSynchronizationPoint", "", signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    session.isDoubtful = false;
  }

  async #renew(session: Session, signal: AbortSignal): Promise<void> {
    if (session.isSelfRenewing || performance.now() - session.renewedAtMs < RENEW_MS) return;
    const { device, url, reference } = session;
    const action = `${NOTIFICATION}/SubscriptionManager/RenewRequest`;
    const header = `${addressed(action, url)}${reference}`;
    const body = `<n:TerminationTime>PT${LIFE_SECONDS}S</n:TerminationTime>`;
    try {
      await device.ask({ service: "notification", operation: "Renew", action, url, header, body }, signal);
      session.renewedAtMs = performance.now();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // It has no such request: then asking keeps it alive, or its end shows when it is asked.
      session.isSelfRenewing = true;
    }
  }

  #ask(
    { device, url, reference }: Session,
    operation: "PullMessages" | "SetSynchronizationPoint",
    body: string,
    signal: AbortSignal,
    limitMs?: number,
  ): Promise<XmlElement> {
    const action = `${EVENTS}/PullPointSubscription/${operation}Request`;
    const limit = limitMs === undefined ? {} : { limitMs };
    const header = `${addressed(action, url)}${reference}`;
    return device.ask({ service: "events", operation, action, url, header, body, ...limit }, signal);
  }
}

async function unsubscribe({ device, url, reference }: Session, signal: AbortSignal): Promise<void> {
  const action = `${NOTIFICATION}/SubscriptionManager/UnsubscribeRequest`;
  const header = `${addressed(action, url)}${reference}`;
  await device.ask({ service: "notification", operation: "Unsubscribe", action, url, header }, signal);
}

function addressed(action: string, url: URL): string {
  return `<a:Action xmlns:a="${ADDRESSING}">${action}</a:Action><a:To xmlns:a="${ADDRESSING}">${escaped(url.href)}</a:To>`;
}

/** What some devices tell a subscription by, said back to them: one element without others in it. */
function referenceXml({ name, namespace, text }: XmlElement): string {
  const space = namespace === undefined ? "" : ` xmlns="${escaped(namespace.slice(0, 300))}"`;
  return `<${name}${space}>${escaped(text.slice(0, 300))}</${name}>`;
}

function isRefusal(error: unknown): boolean {
  return error instanceof NightjarError && error.code === "NJ_ONVIF_REFUSED";
}

function isUnreachable(error: unknown): boolean {
  return error instanceof NightjarError && error.code === "NJ_ONVIF_UNREACHABLE";
}
