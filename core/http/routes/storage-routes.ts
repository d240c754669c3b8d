// Storage: volumes, what cameras take of them and how long that lasts. Reserve and overwriting are changed here. A disk is
// chosen among those offered: no folder is ever taken from a client, because it decides what files the recorder writes over.
import { Type } from "typebox";
import { scopeIncludes } from "../../domain/roles.ts";
import { mayDo } from "../../users/principal.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import {
  NewVolumeSchema,
  StoragePlacesSchema,
  StorageSchema,
  VolumePatchSchema,
} from "../storage-schemas.ts";

export function storageRoutes(services: HttpServices): Route[] {
  const { storage } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/storage",
      policy: needs("system.view"),
      summary: "Volumes, what each camera takes of them, and how long recordings are kept as things are.",
      response: StorageSchema,
      async handle({ principal }) {
        const { configFile, ...view } = await storage.view();
        // Accounts with a choice of cameras learn of no other.
        const cameras =
          principal.cameras === "all"
            ? view.cameras
            : view.cameras.filter(({ id }) => scopeIncludes(principal.cameras, id));
        const mayEdit = mayDo(principal, "settings.edit") && configFile !== undefined;
        return { ...view, cameras, ...(mayEdit ? { configFile } : {}) };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/storage/places",
      policy: needs("settings.edit"),
      summary: "Disks of this machine that recordings could go to.",
      response: StoragePlacesSchema,
      handle: () => storage.places(),
    }),
    route({
      method: "POST",
      path: "/api/v1/storage/volumes",
      policy: needs("settings.edit"),
      summary: "Makes an offered place the first volume; those there are come after it.",
      body: NewVolumeSchema,
      response: StorageSchema,
      async handle({ body, audit }) {
        const { mountPoint, isNew } = await storage.recordTo(body.place);
        audit(isNew ? "volume-added" : "volume-made-first", { mountPoint });
        return await storage.view();
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/storage/volumes/:volume/disk",
      policy: needs("settings.edit"),
      summary:
        "Makes the disk that took the place of a volume's own a volume anew. What lay on the old one is missing from then on.",
      params: Type.Object({ volume: Type.String({ maxLength: 64 }) }),
      body: NewVolumeSchema,
      response: StorageSchema,
      async handle({ params, body, audit }) {
        const { path, mountPoint } = await storage.useDisk(params.volume, body.place);
        audit("volume-disk-replaced", { path, mountPoint, volume: params.volume });
        return await storage.view();
      },
    }),
    route({
      method: "PATCH",
      path: "/api/v1/storage/volumes/:volume",
      policy: needs("settings.edit"),
      summary: "Changes what is kept free on a volume, and whether old recordings are overwritten.",
      params: Type.Object({ volume: Type.String({ maxLength: 64 }) }),
      body: VolumePatchSchema,
      response: StorageSchema,
      async handle({ params, body, audit }) {
        await storage.changeVolume(params.volume, body);
        audit("volume-changed", { volume: params.volume, ...body });
        return await storage.view();
      },
    }),
  ];
}
