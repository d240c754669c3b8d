// MQTT: how the broker is, who is connected, the settings, and how a program signs in.
import { type Answer, basePath, call } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { useAnswer, useLookAgain } from "../../state/use-answer.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { BROKER_TEXT, MqttForm } from "./mqtt-form.tsx";

export type MqttView = Answer<"GET /mqtt">;

/** So long after an answer a broker that is coming up, or being connected to, is asked after again. */
const LOOK_AGAIN_MS = 1_000;

const STATUS_TEXT: Readonly<Record<MqttView["state"]["status"], MessageKey>> = {
  off: "mqtt.status.off",
  starting: "mqtt.status.starting",
  connecting: "mqtt.status.connecting",
  running: "mqtt.status.running",
  failed: "mqtt.status.failed",
};

/** The page, for administrators. */
export function MqttPage() {
  const asked = useAnswer<MqttView>((signal) => call("GET /mqtt", { signal }));
  const { answer: view, load } = asked;
  const isOnItsWay = view?.state.status === "starting" || view?.state.status === "connecting";
  useLookAgain(asked, isOnItsWay ? LOOK_AGAIN_MS : undefined);
  return (
    <SystemSubPage
      title={t("mqtt.title")}
      beside={
        <button type="button" class="button ghost" onClick={load}>
          <Icon name="restart" />
          {t("mqtt.refresh")}
        </button>
      }
    >
      <div class="sections mqtt">
        <div class="mqtt-column">
          <section>
            <h2>{t("mqtt.state")}</h2>
            <Awaited of={asked} rows={5} />
            {view === undefined ? null : <State view={view} />}
          </section>
          {view?.settings.broker === "embedded" ? (
            <>
              <Clients clients={view.state.clients} />
              <SignIn view={view} />
            </>
          ) : null}
        </div>
        {view === undefined ? null : (
          <section>
            <h2>{t("mqtt.settings")}</h2>
            <MqttForm key={JSON.stringify(view.settings)} view={view} onSaved={asked.put} />
          </section>
        )}
      </div>
    </SystemSubPage>
  );
}

/** As the list of problems says it, where it is about another broker. */
function reasonOf({ state, settings }: MqttView, reason: string): string {
  if (state.case === undefined) return reason;
  const context = { case: state.case, url: settings.external.url, reason };
  return problemLine({ code: "mqtt", context, sentence: reason });
}

function State({ view }: { readonly view: MqttView }) {
  const { state, settings } = view;
  const isGood = state.status === "running";
  return (
    <>
      <p class={isGood ? "good-line" : state.status === "failed" ? "problem-line" : "muted"} role="status">
        {isGood ? <Icon name="check" /> : state.status === "failed" ? <Icon name="warning" /> : null}
        {t(STATUS_TEXT[state.status])}
        {state.reason === undefined ? "" : `: ${reasonOf(view, state.reason)}`}
      </p>
      {state.problems
        .filter((problem) => state.reason === undefined || !problem.includes(state.reason))
        .map((problem) => (
          <p key={problem} class="problem-line">
            <Icon name="warning" />
            {problem}
          </p>
        ))}
      <dl class="facts">
        <dt>{t("mqtt.broker")}</dt>
        <dd>{settings.broker === "external" ? settings.external.url : t(BROKER_TEXT[settings.broker])}</dd>
        {state.tcp === undefined ? null : (
          <>
            <dt>MQTT</dt>
            <dd>
              <Door door={state.tcp} />
            </dd>
          </>
        )}
        {state.tls === undefined ? null : (
          <>
            <dt>{t("mqtt.overTls")}</dt>
            <dd>
              <Door door={state.tls} />
            </dd>
          </>
        )}
        {isGood && settings.broker === "embedded" && settings.webSocket.enabled ? (
          <>
            <dt>{t("mqtt.overWebSocket")}</dt>
            <dd>
              <code>{webSocketAddress()}</code>
            </dd>
          </>
        ) : null}
        <dt>{t("mqtt.topics")}</dt>
        <dd>
          <code>{state.base}/#</code>
        </dd>
      </dl>
    </>
  );
}

/** Where this page itself is reached, the broker is too. */
function webSocketAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${basePath()}mqtt`;
}

function Door({ door }: { readonly door: { readonly host: string; readonly port: number } }) {
  return (
    <>
      {t("mqtt.port", { port: door.port })} ·{" "}
      {door.host === "127.0.0.1"
        ? t("system.ports.local")
        : door.host === "::"
          ? t("system.ports.network")
          : door.host}
    </>
  );
}

function Clients({ clients }: { readonly clients: MqttView["state"]["clients"] }) {
  return (
    <section>
      <h2>{t("mqtt.clients")}</h2>
      {clients.length === 0 ? (
        <p class="muted">{t("mqtt.clients.none")}</p>
      ) : (
        <ul class="mqtt-clients">
          {clients.map((client) => (
            <li key={client.id}>
              <Icon name={client.isSecure ? "lock" : "link"} />
              <strong>{client.id}</strong>
              <span>
                {client.userName}
                {client.token === undefined ? "" : ` · ${t("mqtt.clients.token", { name: client.token })}`}
              </span>
              <span class="muted">
                {client.address} · {t("mqtt.clients.filters", { count: client.subscriptions })} ·{" "}
                {t(client.isSecure ? "mqtt.clients.tls" : "mqtt.clients.clear")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function SignIn({ view }: { readonly view: MqttView }) {
  const { tcp, tls, base } = view.state;
  const door = tcp ?? tls;
  if (door === undefined) return null;
  const host = door.host === "127.0.0.1" ? "127.0.0.1" : location.hostname;
  const secure = tcp === undefined ? " --cafile nightjar-ca.crt" : "";
  const command = `mosquitto_sub -h ${host} -p ${door.port}${secure} -u NAME -P TOKEN -t '${base}/#' -v`;
  return (
    <section>
      <h2>{t("mqtt.signIn")}</h2>
      <p>{t("mqtt.signIn.text")}</p>
      <p class="command">
        <code>{command}</code>
        <CopyButton text={command} />
      </p>
      <p class="muted">{t("mqtt.signIn.rights")}</p>
      <p>
        <a class="button" href={href("account")} onClick={followLink}>
          <Icon name="key" />
          {t("mqtt.signIn.token")}
        </a>
      </p>
    </section>
  );
}
