// Edits of config.json by hand, as acts of the audit log: which parts are others, and each camera by itself, so that what is
// looked for in the log by camera is found. Names of settings, never values: those may hold addresses and secrets.
import type { ConfigStore, FrozenConfig } from "../config/config-store.ts";
import type { AuditAct, AuditLog } from "../users/audit-log.ts";

/** Who acts, in the audit log: whoever can write the file, which says no name. */
const EDITOR = { userName: "config.json", remoteAddress: "" };

type Camera = FrozenConfig["cameras"][number];

/** Has edits recorded; answers what ends that. */
export function recordHandEdits(
  config: Pick<ConfigStore, "onHandEdit">,
  audit: Pick<AuditLog, "record">,
): () => void {
  return config.onHandEdit("audit log", (next, previous) => {
    for (const act of handEditActs(next, previous)) audit.record(act);
  });
}

/** The acts of one edit; none where nothing is other than before, as when only the layout of the file was changed. */
export function handEditActs(next: FrozenConfig, previous: FrozenConfig): AuditAct[] {
  const changed = otherKeys(next, previous).filter((key) => key !== "$schema");
  if (changed.length === 0) return [];
  return [{ ...EDITOR, action: "config-edited", detail: { changed } }, ...cameraActs(next, previous)];
}

function cameraActs({ cameras: next }: FrozenConfig, { cameras: previous }: FrozenConfig): AuditAct[] {
  const old = new Map(previous.map((camera) => [camera.id, camera]));
  const present = new Set(next.map(({ id }) => id));
  const gone = previous.filter(({ id }) => !present.has(id));
  return [
    ...next.flatMap((camera) => actsOf(camera, old.get(camera.id))),
    ...gone.map(({ id }) => ({
      ...{ ...EDITOR, action: "camera-removed", camera: id },
      detail: { footage: "keep" },
    })),
  ];
}

function actsOf(camera: Camera, before: Camera | undefined): AuditAct[] {
  const act = (action: string, detail: AuditAct["detail"]) => ({
    ...{ ...EDITOR, action, camera: camera.id },
    detail,
  });
  if (before === undefined) return [act("camera-added", { name: camera.name, driver: camera.driver })];
  const keys = otherKeys(camera, before);
  const changed = keys.filter((key) => key !== "detection");
  return [
    ...(changed.length > 0 ? [act("camera-changed", { changed })] : []),
    ...(keys.includes("detection")
      ? [act("detection-changed", { changed: otherKeys(camera.detection ?? {}, before.detection ?? {}) })]
      : []),
  ];
}

function otherKeys(next: object, previous: object): string[] {
  return [...new Set([...Object.keys(next), ...Object.keys(previous)])]
    .filter((key) => JSON.stringify(Reflect.get(next, key)) !== JSON.stringify(Reflect.get(previous, key)))
    .sort();
}
