// The recorder itself: what is wrong, volumes, processes, version.
import { apiUrl } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { NotAllowed, SkeletonRows } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { lazyPage } from "../parts/lazy-page.tsx";
import { followLink, href, place } from "../router.ts";
import { mayAdminister, mayOperate, status } from "../state/recorder.ts";
import { sizeText, spanText } from "../state/time-format.ts";

const SettingsTransferPage = lazyPage(
  async () => (await import("./settings-transfer/settings-transfer-page.tsx")).SettingsTransferPage,
);
const CertificatePage = lazyPage(
  async () => (await import("./certificate/certificate-page.tsx")).CertificatePage,
);

const AuditPage = lazyPage(async () => (await import("./audit/audit-page.tsx")).AuditPage);

/** The page, and what lies below it. */
export function SystemPage() {
  const now = status.value;
  if (place.value.path === "system/settings")
    return mayAdminister.value ? <SettingsTransferPage /> : <NotAllowed />;
  if (place.value.path === "system/certificate") return <CertificatePage />;
  if (place.value.path === "system/log") return <AuditPage />;
  if (now === undefined) return <SkeletonRows rows={8} />;
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("nav.system")}</h1>
        <span class="muted">
          Nightjar {now.version} · {now.node}
        </span>
      </div>
      <div class="sections">
        <section>
          <h2>{t("system.problems")}</h2>
          {now.problems.length === 0 ? (
            <p class="good-line">
              <Icon name="check" />
              {t("system.noProblems")}
            </p>
          ) : (
            <ul class="problem-list">
              {now.problems.map((problem) => (
                <li key={problem.code + problem.message}>
                  <Icon name="warning" />
                  <div>
                    {problem.message} <code>{problem.code}</code>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section>
          <h2>{t("system.recorder")}</h2>
          <dl class="facts">
            <dt>{t("system.uptime")}</dt>
            <dd>{spanText(now.uptimeSeconds)}</dd>
            <dt>{t("system.zone")}</dt>
            <dd>{now.timeZone}</dd>
            <dt>{t("nav.cameras")}</dt>
            <dd>{t("system.cameras", { ...now.cameras })}</dd>
          </dl>
        </section>
        {mayOperate.value ? (
          <section>
            <h2>{t("system.volumes")}</h2>
            {now.volumes.length === 0 ? <p class="muted">{t("system.noVolumes")}</p> : null}
            {now.volumes.map((volume) => (
              <div key={volume.id} class="volume">
                <p class="state">
                  <i class={`dot ${volume.status === "normal" ? "dot-ok" : "dot-bad"}`} aria-hidden="true" />
                  <code>{volume.path}</code>
                  <span class="spring" />
                  <span class="muted">{volume.status}</span>
                </p>
                {volume.totalBytes === undefined || volume.freeBytes === undefined ? null : (
                  <>
                    <meter min={0} max={volume.totalBytes} value={volume.totalBytes - volume.freeBytes} />
                    <p class="muted">
                      {t("system.free", {
                        free: sizeText(volume.freeBytes),
                        total: sizeText(volume.totalBytes),
                      })}
                      {volume.usedBytes === undefined
                        ? ""
                        : ` · ${t("system.used", { used: sizeText(volume.usedBytes) })}`}
                    </p>
                  </>
                )}
                {volume.message === undefined ? null : <p class="bad-text">{volume.message}</p>}
              </div>
            ))}
          </section>
        ) : null}
        {now.processes.length === 0 ? null : (
          <section>
            <h2>{t("system.processes")}</h2>
            <table>
              <thead>
                <tr>
                  <th>{t("system.process")}</th>
                  <th>{t("cameras.state")}</th>
                  <th>{t("system.uptime")}</th>
                  <th>{t("system.restarts")}</th>
                </tr>
              </thead>
              <tbody>
                {now.processes.map((process) => (
                  <tr key={process.name}>
                    <td>{process.name}</td>
                    <td>{process.status}</td>
                    <td>{process.uptimeSeconds === undefined ? "" : spanText(process.uptimeSeconds)}</td>
                    <td>{process.restarts}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        {mayOperate.value ? (
          <section>
            <h2>{t("nav.plugins")}</h2>
            <p class="muted">{t("system.plugins")}</p>
            <p>
              <a class="button" href={href("plugins")} onClick={followLink}>
                <Icon name="plugins" />
                {t("system.plugins.open")}
              </a>
            </p>
          </section>
        ) : null}
        {mayAdminister.value ? (
          <section>
            <h2>{t("audit.title")}</h2>
            <p class="muted">{t("audit.text")}</p>
            <p>
              <a class="button" href={href("system/log")} onClick={followLink}>
                <Icon name="search" />
                {t("audit.open")}
              </a>
            </p>
          </section>
        ) : null}
        {mayAdminister.value ? (
          <section>
            <h2>{t("system.transfer")}</h2>
            <p class="muted">{t("system.transfer.text")}</p>
            <p>
              <a class="button" href={href("system/settings")} onClick={followLink}>
                <Icon name="settings" />
                {t("system.transfer.open")}
              </a>
            </p>
          </section>
        ) : null}
        <section>
          <h2>{t("system.more")}</h2>
          <ul class="links">
            <li>
              <a href={href("system/certificate")} onClick={followLink}>
                {t("system.certificate")}
              </a>
            </li>
            {mayAdminister.value ? (
              <li>
                <a href={apiUrl("/openapi.json")} target="_blank" rel="noreferrer">
                  {t("system.api")}
                </a>
              </li>
            ) : null}
          </ul>
          {globalThis.isSecureContext ? null : <p class="muted">{t("system.insecure")}</p>}
        </section>
      </div>
    </div>
  );
}
