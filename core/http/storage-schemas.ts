// The shapes in which the API speaks of storage: volumes, what cameras take of them, and how long that lasts.
import { type Static, Type } from "typebox";
import { FactsSchema, TimeSchema, VolumeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;

const VolumeDriverSchema = Type.Object(
  {
    source: Type.String({ description: "`<package>/<id>`, as config.json names it." }),
    displayName: Type.Optional(Type.String({ description: "Absent while no plugin brings it." })),
    status: Type.Enum(["pending", "ready", "unavailable"] as const),
    reason: Type.Optional(Type.String()),
    code: Type.Optional(Type.String({ description: "Stable name of the reason." })),
    context: Type.Optional(FactsSchema),
  },
  { description: "The plugin that makes the folder ready. Absent: it is there anyway." },
);
export type VolumeDriverView = Static<typeof VolumeDriverSchema>;

const DiskProblemSchema = Type.Object(
  { code: Type.String(), message: Type.String(), context: Type.Optional(FactsSchema) },
  { description: "Why it cannot be chosen." },
);

const ReplacedDiskSchema = Type.Object(
  {
    place: Type.String({ description: "Id of the disk that is there now, to name it by." }),
    mountPoint: Type.String(),
    holds: Type.Enum(["empty", "own", "foreign"] as const, {
      description:
        "What lies in the volume's folder: nothing, a volume that this recorder wrote to before, or another one.",
    }),
    problem: Type.Optional(DiskProblemSchema),
  },
  { description: "Another disk lies at the place of the volume's own, which is away." },
);

export const StorageSchema = Type.Object({
  volumes: Type.Array(
    Type.Object({
      ...VolumeSchema.properties,
      since: Type.Optional(TimeSchema),
      driver: Type.Optional(VolumeDriverSchema),
      replaced: Type.Optional(ReplacedDiskSchema),
      othersBytes: Type.Optional(
        Type.Number({ description: "What lies on the disk besides Nightjar's recordings." }),
      ),
      reserveBytes: Type.Number({ description: "Kept free." }),
      reserveChosen: Type.Boolean({ description: "False: the default, which follows the size of the disk." }),
      overwrite: Type.Boolean({ description: "The oldest recordings make room for new ones." }),
      writeBytesPerSecond: Type.Number({ description: "Written in the last five minutes." }),
    }),
  ),
  cameras: Type.Array(
    Type.Object({
      id: Type.String(),
      storedBytes: Type.Number(),
      nowBytesPerSecond: Type.Number({ description: "Recorded now." }),
      oldest: Type.Optional(TimeSchema),
      bytesPerSecond: Type.Optional(
        Type.Number({ description: "What it writes on average. Absent: not measured yet." }),
      ),
      forecast: Type.Optional(
        Type.Object(
          {
            keepsDays: Type.Optional(Type.Number({ description: "Absent: not known." })),
            limit: Type.Optional(
              Type.Enum(["days", "quota", "space", "full"] as const, {
                description:
                  "What ends it: days or bytes that were chosen, the disk, or recording stops as nothing may be overwritten.",
              }),
            ),
            isShort: Type.Boolean({ description: "The days that were chosen will not be reached." }),
          },
          { description: "How long its recordings are kept as things are. Absent: it is not recorded." },
        ),
      ),
    }),
  ),
  roomBytes: Type.Optional(Type.Number({ description: "What recordings can take on all volumes." })),
  daysUntilFull: Type.Optional(Type.Number({ description: "Days until the free room is used up." })),
  configFile: Type.Optional(
    Type.String({ description: "Where folders of volumes are set; for those who may change settings." }),
  ),
});
export type StorageView = Static<typeof StorageSchema>;

const PlaceSchema = Type.Object({
  id: Type.String({ description: "Stands for the place as long as the same disk is mounted there." }),
  mountPoint: Type.String(),
  fileSystem: Type.String(),
  isSystem: Type.Boolean({ description: "A part of the disk holds the operating system." }),
  holdsData: Type.Boolean({ description: "Settings and database of the recorder lie on it." }),
  isRecommended: Type.Boolean(),
  volume: Type.Optional(
    Type.Enum(["first", "later"] as const, {
      description: "A volume lies there: the first, or one that is written to when those before it fail.",
    }),
  ),
  totalBytes: Type.Optional(Type.Number()),
  freeBytes: Type.Optional(Type.Number()),
  problem: Type.Optional(DiskProblemSchema),
});

export const StoragePlacesSchema = Type.Object({
  places: Type.Array(PlaceSchema, {
    description: "Mounted disks of this machine; no shares, no sticks with FAT, nothing of the system's own.",
  }),
});
export type StoragePlacesView = Static<typeof StoragePlacesSchema>;

export const NewVolumeSchema = Type.Object(
  { place: Type.String({ description: "Id of an offered place.", pattern: "^[0-9a-f]{16}$" }) },
  closed,
);

export const VolumePatchSchema = Type.Object(
  {
    reserveBytes: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0, maximum: 1_000_000_000_000_000 }), Type.Null()], {
        description: "Bytes kept free; null is the default.",
      }),
    ),
    overwrite: Type.Optional(Type.Boolean()),
  },
  { ...closed, minProperties: 1 },
);
export type VolumePatchBody = Static<typeof VolumePatchSchema>;
