// The part of config.json that says which folders recordings go to.
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

export const VolumeConfigSchema = Type.Object(
  {
    path: Type.String({
      title: "Folder",
      description: "Folder for recordings; a relative path lies below the data directory.",
      minLength: 1,
      maxLength: 4096,
    }),
    reserveBytes: Type.Optional(
      Type.Integer({
        title: "Keep free",
        description: "Bytes kept free on the disk. Without it: the larger of 10 GiB and 5 % of the disk.",
        minimum: 0,
      }),
    ),
    overwrite: Type.Boolean({
      title: "Overwrite",
      description:
        "Delete the oldest recordings when space runs short; otherwise recording on this volume stops.",
      default: true,
    }),
    driver: Type.Optional(
      Type.Object(
        {
          source: Type.String({
            title: "Storage driver",
            description:
              "A plugin's package name, a slash, and the id of its storage driver: `nightjar-storage-acme/acme`. The volume is written to only while that says that the folder is ready.",
            pattern: "^(?:@[\\w-]+/)?nightjar-storage-[\\w-]+/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
            maxLength: 280,
          }),
          config: Type.Record(Type.String(), Type.Unknown(), {
            description: "What the driver needs to know of the volume, checked by its schema. No secrets.",
            default: {},
          }),
        },
        { ...closed, description: "A plugin that makes the folder ready. Without it: it is there anyway." },
      ),
    ),
  },
  { ...closed },
);

/** A folder for recordings as configured. */
export type VolumeConfig = Static<typeof VolumeConfigSchema>;
