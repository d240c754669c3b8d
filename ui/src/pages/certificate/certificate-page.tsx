// The certificate of HTTPS: which one is in use, how a device comes to trust it, what needs that, and an own one in its place.
import { type Answer, ApiError, basePath, call } from "../../api/client.ts";
import { language, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Fingerprint } from "../../parts/fingerprint.tsx";
import { Icon } from "../../parts/icon.tsx";
import { mayAdminister } from "../../state/recorder.ts";
import { dayText } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { zone } from "../../state/zone.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { InstallSteps } from "./install-steps.tsx";
import { OwnCertificate } from "./own-certificate.tsx";

export type CertificateFacts = Answer<"GET /certificate">;
type OneCertificate = NonNullable<CertificateFacts["server"]>;

/** The page. */
export function CertificatePage() {
  const asked = useAnswer<CertificateFacts>((signal) => call("GET /certificate", { signal }));
  const { answer: facts, error } = asked;
  // Whoever may not look at settings can still make a device trust the recorder.
  const isHidden = error instanceof ApiError && error.status === 403;
  return (
    <SystemSubPage title={t("cert.title")}>
      <div class="sections certificate">
        {isHidden ? null : (
          <section>
            <h2>{t("cert.inUse")}</h2>
            <Awaited of={asked} rows={6} />
            {facts === undefined ? null : <InUse facts={facts} />}
          </section>
        )}
        <section>
          <h2>{t("cert.needs")}</h2>
          <p class={globalThis.isSecureContext ? "good-line" : "problem-line"}>
            <Icon name={globalThis.isSecureContext ? "check" : "warning"} />
            {t(globalThis.isSecureContext ? "cert.trusted" : "cert.untrusted")}
          </p>
          <p class="muted">{t("cert.needs.text")}</p>
          <ul class="plain-list">
            <li>{t("cert.needs.live")}</li>
            <li>{t("cert.needs.codecs")}</li>
            <li>{t("cert.needs.cookie")}</li>
            <li>{t("cert.needs.copy")}</li>
          </ul>
        </section>
        {facts?.inUse === "own" ? null : (
          <section>
            <h2>{t("cert.install")}</h2>
            <p class="muted">{t("cert.install.text")}</p>
            <p>
              <a class="button primary" href={`${basePath()}ca.crt`} download="nightjar-ca.crt">
                <Icon name="download" />
                {t("cert.download")}
              </a>
            </p>
            <InstallSteps />
          </section>
        )}
        {mayAdminister.value && facts !== undefined ? (
          <OwnCertificate facts={facts} onChange={asked.put} />
        ) : null}
      </div>
    </SystemSubPage>
  );
}

function InUse({ facts }: { readonly facts: CertificateFacts }) {
  const { server, root } = facts;
  return (
    <>
      <p>
        {t(
          facts.inUse === "own"
            ? "cert.own.isUsed"
            : facts.inUse === "local"
              ? "cert.local.isUsed"
              : "cert.none",
        )}
      </p>
      {facts.problem === undefined ? null : (
        <p class="problem-line" role="status">
          <Icon name="warning" />
          {t("cert.own.notUsed", { reason: facts.problem })}
        </p>
      )}
      {server === undefined ? null : (
        <Facts
          one={server}
          {...(facts.renewsAt === undefined ? {} : { renews: day(facts.renewsAt) })}
          title={t("cert.server")}
        />
      )}
      {root === undefined ? null : <Facts one={root} title={t("cert.root")} />}
    </>
  );
}

function day(iso: string): string {
  return dayText(Date.parse(iso), zone.value, language.value);
}

function Facts(props: { readonly title: string; readonly one: OneCertificate; readonly renews?: string }) {
  const { one } = props;
  return (
    <>
      <h3>{props.title}</h3>
      <dl class="facts">
        <dt>{t("cert.subject")}</dt>
        <dd>
          {one.subject} <span class="muted">({one.key})</span>
        </dd>
        {one.issuer === one.subject ? null : (
          <>
            <dt>{t("cert.issuer")}</dt>
            <dd>{one.issuer}</dd>
          </>
        )}
        {one.names.length === 0 ? null : (
          <>
            <dt>{t("cert.names")}</dt>
            <dd>{one.names.join(", ")}</dd>
          </>
        )}
        <dt>{t("cert.until")}</dt>
        <dd>
          {day(one.until)}
          {props.renews === undefined ? "" : ` · ${t("cert.renews", { date: props.renews })}`}
        </dd>
        <dt>{t("cert.fingerprint")}</dt>
        <dd>
          <Fingerprint sha256={one.sha256} />
        </dd>
      </dl>
    </>
  );
}
