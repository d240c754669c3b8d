// The action `notify`: what of an event is sent, and what an answer means for whether it is tried again.
import { type LinkageAction, type LinkageRequest, NightjarError, type Nvr } from "@nightjar/core";
import { checkAddress } from "./address.ts";
import { actionConfig, type NotifyActionConfig, type NotifySettings } from "./config.ts";
import { post } from "./post.ts";
import { signatureOf } from "./signature.ts";

/** A day later a message still says what happened, and when. */
const MOST_AGE_SECONDS = 86_400;

/** Makes the action. What is being sent is given up when the plugin ends. */
export function notifyAction(settings: NotifySettings, nvr: Pick<Nvr, "signal" | "lookup">): LinkageAction {
  return {
    id: "notify",
    displayName: "Webhook",
    wantsPictures: 1,
    maxAgeSeconds: MOST_AGE_SECONDS,
    configSchema: actionConfig,
    async run(request, { signal }) {
      const { url: named, timeoutSeconds } = request.config as NotifyActionConfig;
      const text = named ?? settings.url;
      if (text === undefined) {
        throw new NightjarError(
          "NJ_NOTIFY_NO_ADDRESS",
          "failed-precondition",
          "neither the rule nor the settings of the plugin name an address to send to",
        );
      }
      const url = checkAddress(text);
      const timeMs = Date.now();
      const body = Buffer.from(JSON.stringify(messageOf(request, timeMs)), "utf8");
      const status = await post({
        url,
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": "Nightjar",
          "nightjar-delivery": request.id,
          ...(settings.secret === undefined
            ? {}
            : { "nightjar-signature": signatureOf(settings.secret, body, timeMs) }),
        },
        timeoutMs: timeoutSeconds * 1_000,
        certificates: settings.certificates,
        lookup: nvr.lookup,
        signal: AbortSignal.any([nvr.signal, signal]),
      });
      judge(status, url.host);
      return { note: `${url.host}: ${status}` };
    },
  };
}

/** What is sent. More fields may come. */
function messageOf(request: LinkageRequest, timeMs: number): Record<string, unknown> {
  const { id, event, rule, cameraName, recorderName, pictures, isTest } = request;
  const { picture } = request.config as NotifyActionConfig;
  return {
    id,
    sent: new Date(timeMs).toISOString(),
    isTest,
    recorder: recorderName,
    rule,
    ...(cameraName === undefined ? {} : { cameraName }),
    event,
    pictures: picture
      ? pictures.map((one) => ({
          camera: one.camera,
          time: new Date(one.timeMs).toISOString(),
          jpeg: one.jpeg,
        }))
      : [],
  };
}

/** Passes for 2xx. Throws what the status means; the kind decides whether it is tried again. */
function judge(status: number, host: string): void {
  if (status >= 200 && status < 300) return;
  const context = { host, status };
  if (status >= 300 && status < 400) {
    throw new NightjarError(
      "NJ_NOTIFY_REDIRECTED",
      "failed-precondition",
      `${host} sends on to another address (${status}), which is not followed: write that address itself`,
      context,
    );
  }
  const isBusy = status === 408 || status === 425 || status === 429 || status >= 500;
  if (isBusy) {
    throw new NightjarError(
      "NJ_NOTIFY_UNAVAILABLE",
      "unavailable",
      `${host} answers ${status}: it cannot take the event now`,
      context,
    );
  }
  throw new NightjarError(
    "NJ_NOTIFY_REFUSED",
    "failed-precondition",
    `${host} refuses the event: it answers ${status}. Look at the address and the signing key`,
    context,
  );
}
