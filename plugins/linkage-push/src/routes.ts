// What the page *Account* asks: which devices of one's own are told, and to switch this one on, name, try and remove it. Nobody
// sees or changes anybody else's; an address that was taken is never shown again.
import { NightjarError, type PluginRoute, Type } from "@nightjar/core";
import type { PushSettings } from "./config.ts";
import type { Device, DeviceBook, NewDevice } from "./device-book.ts";
import { checkEndpoint } from "./endpoint.ts";
import { LANGUAGES } from "./languages.ts";
import type { PushSender } from "./push-sender.ts";
import { checkKeys } from "./sealed.ts";
import { testNotice } from "./words.ts";

/**
 * Whoever may see events of some camera, in person: what a device is told goes by the account, and a token may be for less.
 */
const OWN = { permission: "events.view", inPerson: true } as const;
/** base64url of an uncompressed point of P-256, and of 16 bytes. */
const P256DH = "^B[A-Za-z0-9_-]{86}$";
const AUTH = "^[A-Za-z0-9_-]{22}$";
const TEST_KEEP_SECONDS = 60;

const name = Type.String({ minLength: 1, maxLength: 60, pattern: "^[^\\p{Cc}]*\\S[^\\p{Cc}]*$" });
const device = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAt: Type.String(),
  lastAt: Type.Optional(Type.String()),
});

export interface RouteParts {
  readonly settings: PushSettings;
  readonly book: DeviceBook;
  readonly sender: Pick<PushSender, "send">;
  readonly publicKey: string;
  nowMs(): number;
}

/** Makes them. */
export function deviceRoutes({
  settings,
  book,
  sender,
  publicKey,
  nowMs,
}: RouteParts): readonly PluginRoute[] {
  return [
    {
      id: "devices",
      method: "GET",
      path: "/devices",
      ...OWN,
      summary: "One's own devices that are told of events, and the key with which a browser subscribes.",
      response: Type.Object({ publicKey: Type.String(), devices: Type.Array(device) }),
      handle: async ({ userName }) => ({ publicKey, devices: book.ofUser(userName).map(shown) }),
    },
    {
      id: "device-add",
      method: "POST",
      path: "/devices",
      ...OWN,
      summary: "Has a device of one's own told of events, by what its browser has subscribed to.",
      body: Type.Object(
        {
          name,
          endpoint: Type.String({ minLength: 1, maxLength: 1_000 }),
          p256dh: Type.String({ pattern: P256DH }),
          auth: Type.String({ pattern: AUTH }),
          language: Type.Enum(LANGUAGES),
        },
        { additionalProperties: false },
      ),
      response: device,
      async handle({ userName, body }) {
        const given = body as Omit<NewDevice, "user">;
        checkEndpoint(given.endpoint, settings.services);
        checkKeys(given);
        return shown(await book.add({ ...given, user: userName }, nowMs()));
      },
    },
    {
      id: "device-rename",
      method: "PATCH",
      path: "/devices/:id",
      ...OWN,
      summary: "Gives a device of one's own another name.",
      body: Type.Object({ name }, { additionalProperties: false }),
      response: device,
      handle: async ({ userName, params, body }) =>
        shown(await book.rename(userName, params["id"] ?? "", (body as { readonly name: string }).name)),
    },
    {
      id: "device-remove",
      method: "DELETE",
      path: "/devices/:id",
      ...OWN,
      summary: "Tells a device of one's own no more.",
      async handle({ userName, params }) {
        await book.remove(book.get(userName, params["id"] ?? "").id);
        return undefined;
      },
    },
    {
      id: "device-test",
      method: "POST",
      path: "/devices/:id/test",
      ...OWN,
      summary: "Sends a notice to a device of one's own.",
      async handle({ userName, params }, { signal }) {
        const one = book.get(userName, params["id"] ?? "");
        const options = { keepSeconds: TEST_KEEP_SECONDS, isUrgent: true, topic: "test", signal };
        if ((await sender.send(one, testNotice(one, nowMs()), options)) === "sent") {
          book.told(one.id, nowMs());
          return undefined;
        }
        await book.remove(one.id);
        throw new NightjarError(
          "NJ_PUSH_GONE",
          "failed-precondition",
          "its push service does not know this device any more: it was removed. Switch it on again there",
        );
      },
    },
  ];
}

function shown({ id, name: called, createdMs, lastMs }: Device) {
  return {
    id,
    name: called,
    createdAt: new Date(createdMs).toISOString(),
    ...(lastMs === undefined ? {} : { lastAt: new Date(lastMs).toISOString() }),
  };
}
