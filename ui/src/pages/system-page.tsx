// The recorder itself: what is wrong now, its processes, what doctor finds, its log.
import { apiUrl } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { NotAllowed, SkeletonRows } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { lazyPage } from "../parts/lazy-page.tsx";
import { followLink, href, place } from "../router.ts";
import { ProblemList } from "../shell/problem-list.tsx";
import { problems } from "../state/problems.ts";
import { mayAdminister, mayOperate, status } from "../state/recorder.ts";
import { spanText } from "../state/time-format.ts";
import { DoctorSection } from "./system/doctor-section.tsx";
import { LogSection } from "./system/log-section.tsx";
import { ProcessesSection } from "./system/processes-section.tsx";

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
          {problems.value.length === 0 ? (
            <p class="good-line">
              <Icon name="check" />
              {t("system.noProblems")}
            </p>
          ) : (
            <ProblemList problems={problems.value} />
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
        {now.processes.length === 0 ? null : <ProcessesSection processes={now.processes} />}
        {mayOperate.value ? (
          <section>
            <h2>{t("nav.storage")}</h2>
            <p class="muted">{t("system.storage")}</p>
            <p>
              <a class="button" href={href("storage")} onClick={followLink}>
                <Icon name="storage" />
                {t("system.storage.open")}
              </a>
            </p>
          </section>
        ) : null}
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
        {mayAdminister.value ? <DoctorSection /> : null}
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
        {mayAdminister.value ? <LogSection /> : null}
      </div>
    </div>
  );
}
