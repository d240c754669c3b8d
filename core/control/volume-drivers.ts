// Volumes of config.json that plugins make ready, put between configuration, recording and the API.
import { isAbsolute, join } from "node:path";
import type { FrozenConfig } from "../config/config-store.ts";
import { plainFacts } from "../domain/facts.ts";
import type { VolumeDriverView } from "../http/storage-schemas.ts";
import type { DrivenVolume, VolumePreparation } from "../recording/prepared-volume.ts";
import type { PreparedVolumes } from "../recording/prepared-volumes.ts";
import type { ConfiguredVolume } from "../recording/recorded-camera.ts";
import type { ReplacedDisks } from "./replaced-disks.ts";

type Volumes = FrozenConfig["storage"]["volumes"];

/** Where a volume lies. */
export function volumePath(path: string, dataDir: string): string {
  return isAbsolute(path) ? path : join(dataDir, path);
}

/** Those that name a driver. */
export function drivenVolumes(volumes: Volumes, dataDir: string): DrivenVolume[] {
  return volumes.flatMap(({ path, driver }) =>
    driver === undefined ? [] : [{ path: volumePath(path, dataDir), driver }],
  );
}

/** What recording is told of a volume's state. */
function readiness(
  state: VolumePreparation | undefined,
): Pick<ConfiguredVolume, "unavailable" | "isPending"> {
  if (state?.status === "unavailable") {
    const { status: _, reason, ...worded } = state;
    return { unavailable: { message: reason, ...worded } };
  }
  return state?.status === "pending" ? { isPending: true } : {};
}

/** All that are configured, as recording is told of them. */
export function volumesToRecord(
  { volumes, sha256 }: FrozenConfig["storage"],
  dataDir: string,
  prepared: Pick<PreparedVolumes, "stateOf">,
  replaced: Pick<ReplacedDisks, "problemOf">,
): ConfiguredVolume[] {
  return volumes.map((volume) => {
    const path = volumePath(volume.path, dataDir);
    return {
      ...{ ...volume, path, checksums: sha256 },
      ...readiness(prepared.stateOf(path)),
      replaced: replaced.problemOf(path),
    };
  });
}

/** What the API shows of a volume's driver; nothing where it names none. */
export function driverView(
  volumes: Volumes,
  path: string,
  dataDir: string,
  prepared: Pick<PreparedVolumes, "stateOf" | "driverOf">,
): { readonly driver?: VolumeDriverView } {
  const named = drivenVolumes(volumes, dataDir).find((volume) => volume.path === path);
  const state = prepared.stateOf(path);
  if (named === undefined || state === undefined) return {};
  const { source } = named.driver;
  const displayName = prepared.driverOf(source)?.displayName;
  return {
    driver: {
      source,
      ...(displayName === undefined ? {} : { displayName }),
      status: state.status,
      ...(state.status === "unavailable"
        ? { reason: state.reason, code: state.code, ...plainFacts(state) }
        : {}),
    },
  };
}
