// What this browser can of notices by Web Push, and its subscription: asked for, and given up. The worker that shows them is
// public/push-worker.js.
import { api, basePath } from "../api/client.ts";
import { language } from "../locale/messages.ts";

/** A device of the account. */
export interface PushDevice {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastAt?: string;
}

export interface PushDevices {
  /** base64url: by which push services know the recorder. */
  readonly publicKey: string;
  readonly devices: readonly PushDevice[];
}

/** Why this browser cannot be told: it must be reached safely, have what it takes, and not have been forbidden. */
export type PushObstacle = "insecure" | "browser" | "denied";

/** The plugin's resource of all devices, or of one. */
export function pushPath(id?: string): string {
  const all = "/plugins/nightjar-linkage-push/devices";
  return id === undefined ? all : `${all}/${encodeURIComponent(id)}`;
}

/** Undefined: nothing stands in the way. */
export function obstacle(): PushObstacle | undefined {
  if (!isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window))
    return "browser";
  return Notification.permission === "denied" ? "denied" : undefined;
}

/** What this browser has subscribed to; undefined: nothing. */
export async function subscription(): Promise<PushSubscription | undefined> {
  if (obstacle() !== undefined) return undefined;
  const registration = await navigator.serviceWorker.getRegistration(basePath());
  return (await registration?.pushManager.getSubscription()) ?? undefined;
}

/** Asks the person and the push service, and tells the recorder. False: the person said no. */
export async function subscribed(publicKey: string, name: string): Promise<boolean> {
  const scope = basePath();
  // First of all: some browsers ask only as long as the click that it follows is fresh.
  if ((await Notification.requestPermission()) !== "granted") return false;
  await navigator.serviceWorker.register(`${scope}push-worker.js`, { scope });
  const { pushManager } = await navigator.serviceWorker.ready;
  // One of another recorder, or of this one before it was set up anew, is worthless.
  await (await pushManager.getSubscription())?.unsubscribe();
  const made = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(publicKey),
  });
  const { keys } = made.toJSON();
  await api("POST", pushPath(), {
    name,
    endpoint: made.endpoint,
    p256dh: keys?.["p256dh"] ?? "",
    auth: keys?.["auth"] ?? "",
    language: language.value,
  });
  return true;
}

/** This browser is told no more, whatever the recorder does. */
export async function unsubscribe(): Promise<void> {
  await (await subscription())?.unsubscribe();
}

/** By which the recorder calls a subscription. */
export async function idOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the device is called at first: `Firefox, Android`. */
export function deviceName(agent: string = navigator.userAgent): string {
  const found = (names: Readonly<Record<string, RegExp>>): string | undefined =>
    Object.entries(names).find(([, pattern]) => pattern.test(agent))?.[0];
  const browser = found({ Edge: /Edg/, Firefox: /Firefox|FxiOS/, Chrome: /Chrom|CriOS/, Safari: /Safari/ });
  const system = found({
    ...{ iPhone: /iPhone/, iPad: /iPad/, Android: /Android/, Windows: /Windows/ },
    ...{ macOS: /Mac OS X/, Linux: /Linux/ },
  });
  return [browser, system].filter((part) => part !== undefined).join(", ") || "?";
}

/** base64url as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
