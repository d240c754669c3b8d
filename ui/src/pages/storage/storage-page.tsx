// Recording & storage: the volumes, what each camera takes of them, how long that lasts, and what may be changed of it.
import { useEffect } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { EmptyPage, NotAllowed } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { cameras, mayAdminister, mayOperate, status } from "../../state/recorder.ts";
import { sizeText } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { CameraRows } from "./camera-rows.tsx";
import { DiskSection } from "./disk-section.tsx";
import { daysText } from "./forecast-words.ts";
import { VolumeSection } from "./volume-section.tsx";

const REFRESH_MS = 10_000;

/** The page. */
export function StoragePage() {
  return mayOperate.value ? <StorageOverview /> : <NotAllowed />;
}

function StorageOverview() {
  // What a disk does is told at once.
  const told = status.value?.volumes.map(({ id, status: now, code }) => `${id} ${now} ${code ?? ""}`).join();
  const asked = useAnswer((signal) => call("GET /storage", { signal }), [told]);
  const { answer: storage, load } = asked;
  useEffect(() => {
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
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
      <div class="awaited">
        <Awaited of={asked} rows={8} />
      </div>
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
      {storage === undefined ? null : (
        <>
          <div class="volumes">
            {storage.volumes.map((volume) => (
              <VolumeSection key={volume.path} volume={volume} onChanged={asked.put} />
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
            <CameraRows stored={storage.cameras} hasRoom={storage.roomBytes !== undefined} onChanged={load} />
          )}
          {mayAdminister.value ? <DiskSection storage={storage} onChanged={asked.put} /> : null}
        </>
      )}
    </div>
  );
}
