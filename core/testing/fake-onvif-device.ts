// A fake ONVIF device: a real HTTP server with PTZ, relays, inputs, events by PullPoint, passwords and every fault that devices
// have. Its pictures are those of a fake camera beside it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { answerOf, type FakeOnvifRequest, fault, soap, textOf } from "./fake-onvif-answers.ts";
import { type FakeOnvifProfile, type FakeOnvifScene, FakeOnvifState } from "./fake-onvif-state.ts";

/** What is wrong with it. */
export interface FakeOnvifFaults {
  /** Operations that are never answered. */
  readonly hang?: readonly string[];
  /** Operations that are refused as unknown. */
  readonly unknown?: readonly string[];
  /** Operations that the account has no right for. */
  readonly forbidden?: readonly string[];
  /** Everything is answered with this, whatever is asked. */
  readonly answer?: { readonly status?: number; readonly text: string };
  /** Everything is sent on to this address. */
  readonly redirect?: string;
}

/** How a fake device is to be; what is left out is as with an ordinary dome. */
export interface FakeOnvifOptions {
  /** Default: 1920 by 1080 as the main, 640 by 360 as the sub-stream. */
  readonly profiles?: readonly FakeOnvifProfile[];
  /** Where the pictures are. Default: nowhere. */
  readonly streamUrl?: string;
  readonly username?: string;
  readonly password?: string;
  /** How one signs in: `token` (default) in the envelope, the digests of HTTP, or not at all. */
  readonly auth?: "token" | "digest" | "digest-sha256" | "none";
  readonly hasPtz?: boolean;
  readonly media2?: boolean;
  /** Words of SendAuxiliaryCommand. */
  readonly auxiliary?: readonly string[];
  readonly clockOffsetMs?: number;
  readonly namedHost?: string;
  readonly hasReference?: boolean;
  readonly faults?: FakeOnvifFaults;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A running fake device. `await using device = await fakeOnvifDevice()` ends it at the end of the block. */
export interface FakeOnvifDevice extends AsyncDisposable {
  readonly port: number;
  /** Of its device service. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly state: FakeOnvifScene;
  /** Operations so far, in their order. */
  readonly asked: readonly string[];
  /** All that clients sent so far: heads and bodies. */
  readonly heard: string;
  setFaults(faults: FakeOnvifFaults): void;
  close(): Promise<void>;
}

const SUBSCRIPTION = "SubscriptionId";
const BODY_LIMIT = 64 * 1024;
const HEARD_LIMIT = 1024 * 1024;

/** Starts a fake device on loopback. The caller closes it. */
export async function fakeOnvifDevice(options: FakeOnvifOptions = {}): Promise<FakeOnvifDevice> {
  const { username = "admin", password = "onvif-password", auth = "token", tls } = options;
  const url = options.streamUrl ?? "rtsp://127.0.0.1:9/stream";
  const {
    profiles = [
      { token: "main", width: 1_920, height: 1_080 },
      { token: "sub", width: 640, height: 360 },
    ],
  } = options;
  const state = new FakeOnvifState({
    profiles: profiles.map((profile, index) => ({
      ...{
        token: `profile${index}`,
        source: "source0",
        encoding: "H264" as const,
        width: 640,
        height: 360,
        url,
      },
      ...profile,
    })),
    hasPtz: options.hasPtz ?? true,
    media2: options.media2 ?? false,
    auxiliary: options.auxiliary ?? ["tt:Siren|On", "tt:Siren|Off", "tt:WhiteLight|On", "tt:WhiteLight|Off"],
    clockOffsetMs: options.clockOffsetMs ?? 0,
    namedHost: options.namedHost,
    hasReference: options.hasReference ?? false,
  });
  const asked: string[] = [];
  const nonces = new Set<string>();
  const end = new AbortController();
  let heard = "";
  let faults = options.faults ?? {};

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request as AsyncIterable<Buffer>) {
      body += chunk.toString("utf8");
      if (body.length > BODY_LIMIT) return void request.destroy();
    }
    if (heard.length < HEARD_LIMIT) heard += `${JSON.stringify(request.headers)}\n${body}\n`;
    const inner = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)([\s\S]*)<\/(?:\w+:)?Body>/.exec(body);
    const operation = inner?.[1] ?? "";
    asked.push(operation);
    const send = (status: number, text: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { "content-type": "application/soap+xml; charset=utf-8", ...headers });
      response.end(text);
    };
    if (faults.hang?.includes(operation) === true) return;
    if (faults.redirect !== undefined) return send(302, "", { location: faults.redirect });
    if (faults.answer !== undefined) return send(faults.answer.status ?? 200, faults.answer.text);
    const refusal = operation === "GetSystemDateAndTime" ? undefined : signIn(request, body);
    if (refusal !== undefined) return send(refusal.status, refusal.text, refusal.headers);
    if (faults.forbidden?.includes(operation) === true)
      return send(400, fault("NotAuthorized", "Sender not authorized"));
    const path = new URL(request.url ?? "/", "http://device").pathname;
    const asking: FakeOnvifRequest = { operation, body: inner?.[2] ?? "", path };
    const answer =
      faults.unknown?.includes(operation) === true
        ? undefined
        : ((await subscribed(asking, body)) ?? answerOf(asking, state));
    if (answer === undefined) send(500, fault("ActionNotSupported", "The requested action is not supported"));
    else send(200, soap(answer));
  }

  async function subscribed(
    { operation, body, path }: FakeOnvifRequest,
    whole: string,
  ): Promise<string | undefined> {
    const id = path.slice(path.lastIndexOf("/") + 1);
    const isReferred = !state.options.hasReference || textOf(whole, SUBSCRIPTION) === id;
    switch (operation) {
      case "CreatePullPointSubscription": {
        const made = state.subscribe();
        const reference = state.options.hasReference
          ? `<wsa5:ReferenceParameters><dom0:${SUBSCRIPTION} xmlns:dom0="http://maker.example/event">${made}</dom0:${SUBSCRIPTION}></wsa5:ReferenceParameters>`
          : "";
        return `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa5:Address>${state.named(`subscription/${made}`)}</wsa5:Address>${reference}</tev:SubscriptionReference><wsnt:CurrentTime>2026-01-01T00:00:00Z</wsnt:CurrentTime><wsnt:TerminationTime>2026-01-01T00:01:00Z</wsnt:TerminationTime></tev:CreatePullPointSubscriptionResponse>`;
      }
      case "SetSynchronizationPoint":
        if (!isReferred) return undefined;
        state.tellAll(id);
        return "<tev:SetSynchronizationPointResponse/>";
      case "PullMessages": {
        if (!isReferred) return undefined;
        const seconds = Number(/PT([\d.]+)S/.exec(textOf(body, "Timeout") ?? "")?.[1] ?? 1);
        const messages = await state.pulled(id, seconds * 1_000, end.signal);
        if (messages === undefined) return undefined;
        return `<tev:PullMessagesResponse><tev:CurrentTime>2026-01-01T00:00:00Z</tev:CurrentTime><tev:TerminationTime>2026-01-01T00:01:00Z</tev:TerminationTime>${messages.join("")}</tev:PullMessagesResponse>`;
      }
      case "Renew":
        return state.subscriptions.has(id) ? "<wsnt:RenewResponse/>" : undefined;
      case "Unsubscribe":
        return state.subscriptions.delete(id) ? "<wsnt:UnsubscribeResponse/>" : undefined;
      default:
        return undefined;
    }
  }

  /** Undefined: whoever asks may. */
  function signIn(
    request: IncomingMessage,
    body: string,
  ): { status: number; text: string; headers: Record<string, string> } | undefined {
    if (auth === "none") return undefined;
    if (auth === "token") {
      const nonce = Buffer.from(textOf(body, "Nonce") ?? "", "base64");
      const created = textOf(body, "Created") ?? "";
      const digest = createHash("sha1").update(nonce).update(created).update(password).digest("base64");
      const ageMs = Date.parse(created) - Date.now() - state.clockOffsetMs;
      const isNew = !nonces.has(nonce.toString("hex"));
      nonces.add(nonce.toString("hex"));
      // A clock that differs by more than this, and whatever was said before, is refused, as by real devices.
      const isRight =
        textOf(body, "Username") === username &&
        textOf(body, "Password") === digest &&
        Math.abs(ageMs) < 10_000;
      return isRight && isNew
        ? undefined
        : { status: 400, text: fault("NotAuthorized", "Sender not authorized"), headers: {} };
    }
    const algorithm = auth === "digest" ? "MD5" : "SHA-256";
    const hash = (text: string): string =>
      createHash(auth === "digest" ? "md5" : "sha256")
        .update(text)
        .digest("hex");
    const given = request.headers.authorization ?? "";
    const part = (name: string): string => new RegExp(`\\b${name}="?([^",]*)"?`).exec(given)?.[1] ?? "";
    const secret = hash(`${username}:device:${password}`);
    const target = hash(`POST:${request.url}`);
    const wanted = hash(`${secret}:of-today:${part("nc")}:${part("cnonce")}:auth:${target}`);
    if (part("username") === username && part("response") === wanted) return undefined;
    const challenge = `Digest realm="device", qop="auth", nonce="of-today", algorithm=${algorithm}`;
    return { status: 401, text: "", headers: { "www-authenticate": challenge } };
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  state.port = port;
  state.isSecure = tls !== undefined;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    end.abort();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    ...{ port, username, password, state, asked, close },
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}/onvif/device_service`,
    get heard() {
      return heard;
    },
    setFaults(next) {
      faults = next;
    },
    [Symbol.asyncDispose]: close,
  };
}
