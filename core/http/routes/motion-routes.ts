// Searching what was recorded by where something moved.
import { Type } from "typebox";
import { CELLS_PATTERN, GRID_SIDE, MotionPageSchema } from "../detection-schemas.ts";
import { invalidRequest } from "../request-checks.ts";
import { needsOnCamera, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { rangeMs } from "../time-range.ts";
import { TimeSchema } from "../wire-schemas.ts";

const DAY_MS = 86_400_000;
const MOST_DAYS = 400;
const MOST_MOMENTS = 1_000;
const DEFAULT_MOMENTS = 200;

const Query = Type.Object(
  {
    start: TimeSchema,
    end: TimeSchema,
    columns: Type.Optional(Type.Integer({ ...GRID_SIDE, description: "Of the grid of `cells`." })),
    rows: Type.Optional(Type.Integer(GRID_SIDE)),
    cells: Type.Optional(
      Type.String({
        pattern: CELLS_PATTERN,
        description:
          "The area that is meant: row by row from the upper left, `1` for its cells. Without it: all of the picture.",
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_MOMENTS, default: DEFAULT_MOMENTS })),
    cursor: Type.Optional(Type.String({ pattern: "^\\d{1,14}$", description: "`next` of the page before." })),
  },
  { additionalProperties: false },
);

export function motionRoutes({ motion }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/motion",
      policy: needsOnCamera("playback"),
      summary:
        "Moments in which something moved in an area of a camera's picture, where the recorder looked for motion.",
      params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
      query: Query,
      response: MotionPageSchema,
      handle({ params, query }) {
        const { startMs, endMs } = rangeMs(query, MOST_DAYS * DAY_MS);
        const { columns, rows, cells, cursor } = query;
        const isWhole = cells === undefined && columns === undefined && rows === undefined;
        if (!isWhole && (columns ?? 0) * (rows ?? 0) !== cells?.length)
          throw invalidRequest("query", [
            { path: "/cells", message: "must be one cell for each of `columns` and `rows`" },
          ]);
        return motion.search({
          camera: params.id,
          startMs: cursor === undefined ? startMs : Math.max(startMs, Number(cursor)),
          endMs,
          ...(cells === undefined || columns === undefined || rows === undefined
            ? {}
            : { area: { columns, rows, cells } }),
          limit: query.limit ?? DEFAULT_MOMENTS,
        });
      },
    }),
  ];
}
