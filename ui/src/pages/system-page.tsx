// The recorder itself: what is wrong now, its processes, its log, and the way to the pages below.
import { apiUrl } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { AwaitedPage } from "../parts/awaited.tsx";
import { NotAllowed } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { lazyPage } from "../parts/lazy-page.tsx";
import { followLink, href, place } from "../router.ts";
import { ProblemList } from "../shell/problem-list.tsx";
import { problems } from "../state/problems.ts";
import { mayAdminister, mayOperate, status, statusAsked } from "../state/recorder.ts";
import { spanText } from "../state/time-format.ts";
import { LinkSection } from "./system/link-section.tsx";
import { LogSection } from "./system/log-section.tsx";
import { Ports } from "./system/ports.tsx";
import { ProcessesSection } from "./system/processes-section.tsx";

const SettingsTransferPage = lazyPage(
  async () => (await import("./settings-transfer/settings-transfer-page.tsx")).SettingsTransferPage,
);
const CertificatePage = lazyPage(
  async () => (await import("./certificate/certificate-page.tsx")).CertificatePage,
);

const MqttPage = lazyPage(async () => (await import("./mqtt/mqtt-page.tsx")).MqttPage);

const FlowsPage = lazyPage(async () => (await import("./flows/flows-page.tsx")).FlowsPage);

const DoctorPage = lazyPage(async () => (await import("./system/doctor-page.tsx")).DoctorPage);

const AuditPage = lazyPage(async () => (await import("./audit/audit-page.tsx")).AuditPage);

const ExceptionsPage = lazyPage(async () => (await import("./system/exceptions-page.tsx")).ExceptionsPage);

const NodesPage = lazyPage(async () => (await import("./nodes/nodes-page.tsx")).NodesPage);

const GeneralPage = lazyPage(async () => (await import("./system/general-page.tsx")).GeneralPage);

/** What has a page of its own, and who may open it. */
const LINKS = [
  {
    path: "system/general",
    title: "general.title",
    text: "general.text",
    button: "general.open",
    icon: "settings",
    isFor: mayAdminister,
  },
  {
    path: "storage",
    title: "nav.storage",
    text: "system.storage",
    button: "system.storage.open",
    icon: "storage",
    isFor: mayOperate,
  },
  {
    path: "system/exceptions",
    title: "exceptions.title",
    text: "exceptions.text",
    button: "exceptions.open",
    icon: "warning",
    isFor: mayOperate,
  },
  {
    path: "system/nodes",
    title: "nodes.title",
    text: "nodes.text",
    button: "nodes.open",
    icon: "system",
    isFor: mayOperate,
  },
  {
    path: "plugins",
    title: "nav.plugins",
    text: "system.plugins",
    button: "system.plugins.open",
    icon: "plugins",
    isFor: mayOperate,
  },
  {
    path: "system/log",
    title: "audit.title",
    text: "audit.text",
    button: "audit.open",
    icon: "search",
    isFor: mayAdminister,
  },
  {
    path: "system/doctor",
    title: "doctor.title",
    text: "doctor.text",
    button: "doctor.open",
    icon: "search",
    isFor: mayAdminister,
  },
  {
    path: "system/mqtt",
    title: "mqtt.title",
    text: "mqtt.text",
    button: "mqtt.open",
    icon: "link",
    isFor: mayAdminister,
  },
  {
    path: "system/flows",
    title: "flows.title",
    text: "flows.text",
    button: "flows.open",
    icon: "link",
    isFor: mayAdminister,
  },
  {
    path: "system/settings",
    title: "system.transfer",
    text: "system.transfer.text",
    button: "system.transfer.open",
    icon: "settings",
    isFor: mayAdminister,
  },
] as const;

/** The page, and what lies below it. */
export function SystemPage() {
  const now = status.value;
  if (place.value.path === "system/general") return mayAdminister.value ? <GeneralPage /> : <NotAllowed />;
  if (place.value.path === "system/settings")
    return mayAdminister.value ? <SettingsTransferPage /> : <NotAllowed />;
  if (place.value.path === "system/certificate") return <CertificatePage />;
  if (place.value.path === "system/mqtt") return mayAdminister.value ? <MqttPage /> : <NotAllowed />;
  if (place.value.path === "system/flows") return mayAdminister.value ? <FlowsPage /> : <NotAllowed />;
  if (place.value.path === "system/doctor") return mayAdminister.value ? <DoctorPage /> : <NotAllowed />;
  if (place.value.path === "system/exceptions") return mayOperate.value ? <ExceptionsPage /> : <NotAllowed />;
  if (place.value.path === "system/nodes") return mayOperate.value ? <NodesPage /> : <NotAllowed />;
  if (place.value.path === "system/log") return <AuditPage />;
  if (now === undefined) return <AwaitedPage title={t("nav.system")} of={statusAsked.value} />;
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
            {now.ports === undefined || now.ports.length === 0 ? null : (
              <>
                <dt>{t("system.ports")}</dt>
                <dd>
                  <Ports ports={now.ports} />
                </dd>
              </>
            )}
            <dt>{t("nav.cameras")}</dt>
            <dd>{t("system.cameras", { ...now.cameras })}</dd>
          </dl>
        </section>
        {now.processes.length === 0 ? null : <ProcessesSection processes={now.processes} />}
        {LINKS.filter(({ isFor }) => isFor.value).map((link) => (
          <LinkSection key={link.path} {...link} />
        ))}
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
