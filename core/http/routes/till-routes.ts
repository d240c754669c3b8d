// Tills: which there are and how they are, what they wrote, and their settings. Who may see the events of a camera that looks
// at a till sees the till; tills without cameras, and those that are gone, are for who sees all of the recorder.
import { Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import { mayDo, mayDoWith, type Principal } from "../../users/principal.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import {
  ReceiptSchema,
  ReceiptsPageSchema,
  type ReceiptView,
  TillParsersSchema,
  TillSettingsSchema,
  TillsSchema,
} from "../till-schemas.ts";
import { momentMs } from "../time-range.ts";
import { wantedCameras } from "../visible-cameras.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const Amount = Type.Integer({ minimum: -1e12, maximum: 1e12 });

export function tillRoutes(services: HttpServices): Route[] {
  const { config, tills, cameras } = services;

  const mySight = (principal: Principal, ids: readonly string[]): string[] =>
    ids.filter((camera) => mayDoWith(principal, "events.view", camera));

  /** Ids of the tills that the account may see; undefined: all, also those that are gone. */
  function visible(principal: Principal): string[] | undefined {
    if (mayDo(principal, "system.view") && principal.cameras === "all") return undefined;
    return config
      .get()
      .tills.filter((till) => mySight(principal, till.cameras).length > 0)
      .map(({ id }) => id);
  }

  const receiptFor = (principal: Principal, receipt: ReceiptView): ReceiptView => ({
    ...receipt,
    cameras: mySight(principal, receipt.cameras),
  });

  return [
    route({
      method: "GET",
      path: "/api/v1/tills",
      policy: needs("events.view"),
      summary: "The tills, and how they are.",
      response: TillsSchema,
      handle({ principal }) {
        const mine = visible(principal);
        return {
          tills: tills
            .list()
            .filter(({ id }) => mine === undefined || mine.includes(id))
            .map((till) => ({ ...till, cameras: mySight(principal, till.cameras) })),
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/receipts",
      policy: needs("events.view"),
      summary: "What tills wrote, newest first, found by till, time, amount and text.",
      query: Type.Object(
        {
          till: Type.Optional(Type.String({ maxLength: 64 })),
          text: Type.Optional(
            Type.String({
              maxLength: 100,
              description: "Words that all stand in it, in either case of letters.",
            }),
          ),
          least: Type.Optional(Amount),
          most: Type.Optional(Amount),
          cameras: Type.Optional(
            Type.String({ maxLength: 70_000, description: "Of tills that one of these cameras looks at." }),
          ),
          start: Type.Optional(TimeSchema),
          end: Type.Optional(TimeSchema),
          cursor: Type.Optional(Type.String({ maxLength: 40 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
        },
        closed,
      ),
      response: ReceiptsPageSchema,
      async handle({ query, principal }) {
        const { till, cameras: list } = query;
        const mine = visible(principal);
        const before =
          list === undefined ? undefined : tillsAt(wantedCameras(cameras, principal, "events.view", list));
        const wanted = [mine, before, till === undefined ? undefined : [till]].filter(
          (list) => list !== undefined,
        );
        const among =
          wanted.length === 0
            ? undefined
            : [...new Set(wanted.flat())].filter((id) => wanted.every((list) => list.includes(id)));
        const page = await tills.search({
          tills: among,
          text: query.text,
          leastMinor: query.least,
          mostMinor: query.most,
          startMs: query.start === undefined ? undefined : momentMs(query.start, "/start"),
          endMs: query.end === undefined ? undefined : momentMs(query.end, "/end"),
          cursor: query.cursor,
          limit: query.limit ?? 50,
        });
        return { ...page, receipts: page.receipts.map((receipt) => receiptFor(principal, receipt)) };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/receipts/:receipt",
      policy: needs("events.view"),
      summary: "One receipt.",
      params: Type.Object(
        { receipt: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
        closed,
      ),
      response: ReceiptSchema,
      async handle({ params, principal }) {
        const receipt = await tills.find(params.receipt);
        const mine = visible(principal);
        if (receipt === undefined || (mine !== undefined && !mine.includes(receipt.till)))
          throw new NightjarError("NJ_RECEIPT_NOT_FOUND", "not-found", "there is no such receipt");
        return receiptFor(principal, receipt);
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/tills/settings",
      policy: needs("settings.view"),
      summary: "The settings of all tills.",
      response: TillSettingsSchema,
      handle: () => ({ tills: tills.settings() }),
    }),
    route({
      method: "PUT",
      path: "/api/v1/tills/settings",
      policy: needs("settings.edit"),
      summary: "Changes the settings of tills: the list as a whole. Tills that stay as they are go on.",
      body: TillSettingsSchema,
      response: TillSettingsSchema,
      async handle({ body, audit }) {
        await tills.change(body.tills);
        audit("settings-changed", { changed: ["tills"] });
        return { tills: tills.settings() };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/tills/parsers",
      policy: needs("settings.view"),
      summary: "Who can read the lines of a till.",
      response: TillParsersSchema,
      handle: () => ({ parsers: tills.parsers() }),
    }),
  ];

  function tillsAt(wanted: readonly string[]): string[] {
    return config
      .get()
      .tills.filter((till) => till.cameras.some((camera) => wanted.includes(camera)))
      .map(({ id }) => id);
  }
}
