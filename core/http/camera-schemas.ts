// The shapes in which the API speaks of cameras: what they are, are to be, are tried with and found by. Times are ISO 8601
// in UTC. Answers are open to additions; requests are closed: an unknown key is refused.
import { type Static, Type } from "typebox";
import { CameraConfigSchema, RecordConfigSchema } from "../config/camera-config.ts";
import { FactsSchema, ReasonsSchema, StreamSchema, TimeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;

const StateSchema = Type.Object({
  status: Type.Enum(["connecting", "online", "degraded", "offline", "disabled"] as const),
  reason: Type.Optional(Type.String({ description: "For people: what is wrong and what to do." })),
  code: Type.Optional(Type.String({ description: "Stable name of the fault." })),
  context: Type.Optional(FactsSchema),
  since: TimeSchema,
  note: Type.Optional(Type.String({ description: "What is not as wished though it works." })),
});
const WireFormatSchema = Type.Object(
  {
    formatId: Type.Integer(),
    video: Type.Optional(
      Type.Object({
        codec: Type.String({ description: "As browsers name it: `avc1.64001f`." }),
        width: Type.Integer(),
        height: Type.Integer(),
        description: Type.String({ description: "The decoder's configuration, base 64." }),
        frameRate: Type.Optional(Type.Number()),
      }),
    ),
    audio: Type.Optional(
      Type.Object({
        codec: Type.String(),
        sampleRate: Type.Integer(),
        channels: Type.Integer(),
        description: Type.Optional(Type.String()),
        note: Type.Optional(Type.String()),
      }),
    ),
  },
  { description: "What the stream sends, as core/media/live-wire.ts has it." },
);

export const CameraSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  driver: Type.String(),
  enabled: Type.Boolean(),
  config: Type.Record(Type.String(), Type.Unknown(), {
    description: "Settings of the driver. Secrets are left out; `passwordSet` says that there is one.",
  }),
  record: RecordConfigSchema,
  state: StateSchema,
  streams: Type.Array(
    Type.Object({
      stream: StreamSchema,
      state: Type.Optional(StateSchema),
      format: Type.Optional(WireFormatSchema),
      figures: Type.Optional(
        Type.Object({
          bitrateKbps: Type.Number(),
          framesPerSecond: Type.Number(),
          packetsLost: Type.Integer(),
          transport: Type.Optional(
            Type.Enum(["tcp", "udp", "tls"] as const, { description: "How the camera's packets come." }),
          ),
        }),
      ),
    }),
  ),
  recording: Type.Object({
    active: Type.Boolean(),
    reasons: ReasonsSchema,
    problem: Type.Optional(Type.String()),
  }),
});
/** A camera as the API shows it. */
export type CameraView = Static<typeof CameraSchema>;

const partialRecord = Type.Partial(RecordConfigSchema, closed);
const cameraFields = CameraConfigSchema.properties;
const DriverConfigSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: "Settings of the driver, as its configSchema says; secrets go in here and never come out.",
});

export const NewCameraSchema = Type.Object(
  {
    id: Type.Optional(cameraFields.id),
    name: cameraFields.name,
    driver: cameraFields.driver,
    enabled: Type.Optional(Type.Boolean()),
    config: DriverConfigSchema,
    record: Type.Optional(partialRecord),
  },
  closed,
);
export type NewCameraBody = Static<typeof NewCameraSchema>;

export const CameraPatchSchema = Type.Object(
  {
    name: Type.Optional(cameraFields.name),
    enabled: Type.Optional(Type.Boolean()),
    config: Type.Optional(DriverConfigSchema),
    record: Type.Optional(partialRecord),
  },
  closed,
);
export type CameraPatchBody = Static<typeof CameraPatchSchema>;

export const ProbeSchema = Type.Object(
  {
    driver: cameraFields.driver,
    config: DriverConfigSchema,
    camera: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "A camera that is there: secrets that `config` leaves out are taken from it.",
      }),
    ),
  },
  closed,
);
export const ProbeAnswerSchema = Type.Object({
  ok: Type.Literal(true),
  video: Type.Object({
    codec: Type.String(),
    width: Type.Integer(),
    height: Type.Integer(),
    frameRate: Type.Optional(Type.Number()),
  }),
  audio: Type.Optional(
    Type.Object({
      codec: Type.String(),
      sampleRate: Type.Integer(),
      note: Type.Optional(Type.String()),
    }),
  ),
  transport: Type.String(),
  bitrateKbps: Type.Number(),
  picture: Type.Optional(Type.String({ description: "A data: URL of a JPEG." })),
});
export type ProbeAnswer = Static<typeof ProbeAnswerSchema>;

export const SearchOutcomeSchema = Type.Object({
  found: Type.Array(
    Type.Object({
      driver: Type.String({ description: "By which it was found, and can be added." }),
      displayName: Type.String({ description: "What the driver is called." }),
      address: Type.String(),
      name: Type.Optional(
        Type.String({ description: "What the device says of itself, like all that follows." }),
      ),
      maker: Type.Optional(Type.String()),
      hardware: Type.Optional(Type.String({ description: "Its model." })),
      location: Type.Optional(Type.String()),
      config: Type.Record(Type.String(), Type.String(), {
        description: "Settings for `POST /cameras`, as far as they are known; user and password are not.",
      }),
      camera: Type.Optional(Type.String({ description: "The camera that it is already." })),
    }),
  ),
  isCut: Type.Boolean({ description: "More may have answered than are told." }),
  problems: Type.Array(
    Type.Object({
      driver: Type.String(),
      displayName: Type.String(),
      code: Type.String(),
      message: Type.String(),
    }),
    {
      description: "Drivers that could not search, and why.",
    },
  ),
});
export type SearchAnswer = Static<typeof SearchOutcomeSchema>;

export const DriverSchema = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  canSearch: Type.Boolean({ description: "It takes part in `POST /cameras/search`." }),
  configSchema: Type.Unknown(),
  catalogue: Type.Optional(
    Type.Array(
      Type.Object({
        brand: Type.String(),
        mainPath: Type.String(),
        subPath: Type.Optional(Type.String()),
        port: Type.Optional(Type.Integer({ description: "Where the brand does not use 554." })),
        notes: Type.Optional(Type.String()),
      }),
    ),
  ),
});
export type DriverView = Static<typeof DriverSchema>;
