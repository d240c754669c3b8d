// Recording & storage: the volumes, what each camera takes of them, how long that lasts, and what may be changed of it.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Storage } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { EmptyPage, ErrorNote, NotAllowed, SkeletonRows } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { cameras, mayAdminister, mayOperate } from "../../state/recorder.ts";
import { sizeText } from "../../state/time-format.ts";
import { CameraRows } from "./camera-rows.tsx";
import { daysText } from "./forecast-words.ts";
import { VolumeSection } from "./volume-section.tsx";

const REFRESH_MS = 10_000;

/** The page. */
export function StoragePage() {
  const [storage, setStorage] = useState<Storage | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const load = (): void => {
    call("GET /storage").then((found) => {
      setStorage(found);
      setError(undefined);
    }, setError);
  };
  useEffect(() => {
    if (!mayOperate.value) return;
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  if (!mayOperate.value) return <NotAllowed />;
  const short = storage?.cameras.filter(({ forecast }) => forecast?.isShort === true) ?? [];
  const names = new Map((cameras.value ?? []).map((camera) => [camera.id, camera.name]));
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("nav.storage")}</h1>
        {storage?.roomBytes === undefined ? null : (
          <span class="muted">
            {t("storage.room", { size: sizeText(storage.roomBytes) })}
            {storage.daysUntilFull === undefined || storage.daysUntilFull < 0.05
              ? ""
              : ` · ${t("storage.untilFull", { days: daysText(storage.daysUntilFull) })}`}
          </span>
        )}
      </div>
      {error === undefined ? null : (
        <div class="page-note">
          <ErrorNote error={error} />
          <button type="button" class="button" onClick={load}>
            {t("tryAgain")}
          </button>
        </div>
      )}
      {short.length === 0 ? null : (
        <div class="short-note" role="status">
          <Icon name="warning" />
          <p>
            <strong>
              {t("storage.short", { names: short.map(({ id }) => names.get(id) ?? id).join(", ") })}
            </strong>{" "}
            {t("storage.short.do")}
          </p>
        </div>
      )}
      {storage === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={8} />
        ) : null
      ) : (
        <>
          <div class="volumes">
            {storage.volumes.map((volume) => (
              <VolumeSection key={volume.path} volume={volume} onChanged={setStorage} />
            ))}
          </div>
          {storage.cameras.length === 0 ? (
            <EmptyPage icon="cameras" title={t("live.empty.title")} text={t("live.empty.text")}>
              {mayAdminister.value ? (
                <a class="button primary" href={href("cameras/new")} onClick={followLink}>
                  {t("cameras.add")}
                </a>
              ) : null}
            </EmptyPage>
          ) : (
            <CameraRows stored={storage.cameras} onChanged={load} />
          )}
          <section class="page-note">
            <h2>{t("storage.folders")}</h2>
            <p class="muted">{t("storage.folders.text")}</p>
            {storage.configFile === undefined ? null : (
              <>
                <p>
                  <code>{storage.configFile}</code>
                </p>
                <pre class="snippet">
                  {`"storage": {\n  "volumes": [\n    { "path": "volumes/default" },\n    { "path": "/mnt/video", "reserveBytes": 50000000000 }\n  ]\n}`}
                </pre>
              </>
            )}
          </section>
        </>
      )}
    </div>
  );
}
