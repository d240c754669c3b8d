// The resources that the gateway answers itself, described like the API's own for documents and tests: pictures, which go
// past the core, and the root certificate. What they do is in core/gateway; a test holds the two against each other.
import { type TObject, type TSchema, Type } from "typebox";
import type { CameraRight } from "../domain/roles.ts";
import type { DescribedRoute } from "./openapi.ts";
import { needsOnCamera, PUBLIC } from "./route.ts";
import { StreamSchema, TimeSchema } from "./wire-schemas.ts";

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Stream = Type.Optional(StreamSchema);
const Ticket = Type.Optional(
  Type.String({ maxLength: 200, description: "A media ticket, in the place of cookie and token." }),
);
const binary = (mediaType: string) => Type.String({ contentMediaType: mediaType });

function ofCamera(
  name: string,
  right: CameraRight,
  summary: string,
  query: Record<string, TSchema>,
  answer: { readonly contentType: string; readonly response?: TSchema; readonly status?: number },
): DescribedRoute {
  return {
    method: "GET",
    path: `/api/v1/cameras/:id/${name}`,
    policy: needsOnCamera(right),
    summary,
    params: IdParams,
    query: Type.Object({ stream: Stream, ...query, ticket: Ticket }) as TObject,
    body: undefined,
    fileLimitBytes: undefined,
    response: answer.response,
    contentType: answer.contentType,
    status: answer.status ?? 200,
  };
}

/** All of them. */
export const GATEWAY_ROUTES: readonly DescribedRoute[] = [
  ofCamera(
    "live",
    "live",
    "WebSocket: the stream as it comes, in the frames of core/media/live-wire.ts.",
    {
      video: Type.Optional(Type.Literal("h264", { description: "Convert what is not H.264." })),
      wait: Type.Optional(
        Type.Literal("1", { description: "With `video`: wait for a place if all conversions are taken." }),
      ),
    },
    { contentType: "application/octet-stream", status: 101 },
  ),
  ofCamera(
    "playback",
    "playback",
    "WebSocket: recorded footage, asked for by messages `play`, `seek`, `pause`.",
    {},
    { contentType: "application/octet-stream", status: 101 },
  ),
  ofCamera(
    "clip.mp4",
    "export",
    "A stretch of recorded footage as one file, a day at most.",
    {
      start: TimeSchema,
      end: TimeSchema,
      sound: Type.Optional(
        Type.Enum(["aac", "original"] as const, { description: "aac: converted where players need it." }),
      ),
    },
    { contentType: "video/mp4", response: binary("video/mp4") },
  ),
  ofCamera(
    "snapshot.jpg",
    "snapshot",
    "The newest picture, or that of a moment: the key frame at or before it.",
    {
      at: Type.Optional(TimeSchema),
      exact: Type.Optional(
        Type.Literal("1", { description: "With `at`: the very frame in the place of the key frame." }),
      ),
      width: Type.Optional(
        Type.Integer({
          minimum: 16,
          maximum: 3840,
          description:
            "Taken up to the next of 160, 320, 640, 960, 1280, 1920, 2560, 3840; never above the camera's.",
        }),
      ),
    },
    { contentType: "image/jpeg", response: binary("image/jpeg") },
  ),
  {
    method: "GET",
    path: "/ca.crt",
    policy: PUBLIC,
    summary: "The root of the recorder's own certificate authority, to be installed on devices.",
    params: undefined,
    query: undefined,
    body: undefined,
    fileLimitBytes: undefined,
    response: binary("application/x-x509-ca-cert"),
    contentType: "application/x-x509-ca-cert",
    status: 200,
  },
];
