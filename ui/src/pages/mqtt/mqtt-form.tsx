// The settings of MQTT: which broker, where the one within listens, where another one is. The password goes in and never
// comes out.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { CheckField, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import type { MqttView } from "./mqtt-page.tsx";

type Settings = MqttView["settings"];
type DoorSettings = Settings["tcp"];

/** The form; `onSaved` gets what holds then. */
export function MqttForm(props: { readonly view: MqttView; readonly onSaved: (view: MqttView) => void }) {
  const { value: draft, ...form } = useDraft<Settings>("mqtt", props.view.settings, { plain: withoutLogin });
  const [password, setPassword] = useState("");
  const { busy, error, act } = useAct();
  const put = (part: Partial<Settings>): void => form.put({ ...draft, ...part });
  const putExternal = (part: Partial<Settings["external"]>): void =>
    put({ external: { ...draft.external, ...part } });
  const { url, username, ca } = props.view.settings.external;
  const isElsewhere =
    draft.external.url.trim() !== url || draft.external.username !== username || draft.external.ca !== ca;
  const save = (): Promise<void> =>
    act(async () => {
      const external = { ...draft.external, url: draft.external.url.trim() };
      const body = { ...draft, external: password === "" ? external : { ...external, password } };
      const saved = await call("PATCH /mqtt", { body });
      props.onSaved(saved);
      form.settle(saved.settings);
      setPassword("");
      tell(t("mqtt.saved"));
    });
  /** The password was typed for one's own address. */
  const takeTheirs = (): (() => void) => {
    const mine = password;
    setPassword("");
    const back = form.takeTheirs();
    return () => {
      back();
      setPassword(mine);
    };
  };
  return (
    <form
      class="registries-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <SelectField
        label={t("mqtt.broker")}
        value={draft.broker}
        choices={(["embedded", "external", "off"] as const).map((value) => ({
          value,
          text: t(BROKER_TEXT[value]),
        }))}
        onChoose={(broker) => put({ broker })}
        hint={t(BROKER_HINT[draft.broker])}
      />
      {draft.broker === "off" ? null : (
        <TextField
          label={t("mqtt.base")}
          value={draft.base}
          onInput={(base) => put({ base })}
          hint={t("mqtt.base.hint")}
          required
          mono
        />
      )}
      {draft.broker === "off" ? null : (
        <TextField
          label={t("mqtt.webAddress")}
          value={draft.webAddress}
          onInput={(webAddress) => put({ webAddress: webAddress.trim() })}
          placeholder="https://nvr.house.example"
          hint={t("mqtt.webAddress.hint")}
          mono
        />
      )}
      {draft.broker === "off" ? null : (
        <CheckField
          label={t("mqtt.eventPictures")}
          checked={draft.eventPictures}
          onChange={(eventPictures) => put({ eventPictures })}
          hint={t("mqtt.eventPictures.hint")}
        />
      )}
      {draft.broker === "embedded" ? (
        <>
          <DoorFields title={t("mqtt.inClear")} door={draft.tcp} onChange={(tcp) => put({ tcp })} />
          <DoorFields title={t("mqtt.overTls")} door={draft.tls} onChange={(tls) => put({ tls })} />
          <fieldset class="form-group">
            <legend>{t("mqtt.overWebSocket")}</legend>
            <CheckField
              label={t("mqtt.webSocket")}
              checked={draft.webSocket.enabled}
              onChange={(enabled) => put({ webSocket: { enabled } })}
              hint={t("mqtt.webSocket.hint")}
            />
          </fieldset>
          {draft.tcp.enabled && draft.tcp.host !== "127.0.0.1" ? (
            <p class="warn-text">{t("mqtt.inClear.warning")}</p>
          ) : null}
        </>
      ) : null}
      {draft.broker === "external" ? (
        <>
          <TextField
            label={t("mqtt.url")}
            value={draft.external.url}
            onInput={(url) => putExternal({ url })}
            placeholder="mqtts://broker.house.example:8883"
            hint={t("mqtt.url.hint")}
            required
            mono
          />
          <TextField
            label={t("mqtt.username")}
            value={draft.external.username}
            onInput={(username) => putExternal({ username })}
          />
          <TextField
            label={t("mqtt.password")}
            type="password"
            autocomplete="new-password"
            value={password}
            onInput={setPassword}
            hint={
              props.view.passwordSet ? t(isElsewhere ? "mqtt.password.again" : "form.secret.kept") : undefined
            }
          />
          {/^(?:mqtts|wss):/i.test(draft.external.url.trim()) || draft.external.ca !== "" || ca !== "" ? (
            <TextField
              label={t("mqtt.ca")}
              value={draft.external.ca}
              onInput={(ca) => putExternal({ ca })}
              placeholder="-----BEGIN CERTIFICATE-----"
              hint={t("mqtt.ca.hint")}
              multiline
              mono
            />
          ) : null}
          <CheckField
            label={t("mqtt.obey")}
            checked={draft.external.acceptRequests}
            onChange={(acceptRequests) => putExternal({ acceptRequests })}
            hint={t("mqtt.obey.hint")}
          />
        </>
      ) : null}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        <UnsavedMark
          of={{ ...form, takeTheirs }}
          onDiscard={() => {
            setPassword("");
            form.settle(props.view.settings);
          }}
        />
        <button
          type="submit"
          class="button primary"
          disabled={busy || (!form.isUnsaved && password === "")}
          aria-busy={busy}
        >
          {t(busy ? "saving" : "save")}
        </button>
      </div>
    </form>
  );
}

/** An address may hold a login that somebody pasted with it. */
function withoutLogin(settings: Settings): Settings {
  const { external } = settings;
  return external.url.includes("@") ? { ...settings, external: { ...external, url: "" } } : settings;
}

/** The brokers in words. */
export const BROKER_TEXT: Readonly<Record<Settings["broker"], MessageKey>> = {
  embedded: "mqtt.broker.embedded",
  external: "mqtt.broker.external",
  off: "mqtt.broker.off",
};

const BROKER_HINT: Readonly<Record<Settings["broker"], MessageKey>> = {
  embedded: "mqtt.broker.embedded.hint",
  external: "mqtt.broker.external.hint",
  off: "mqtt.broker.off.hint",
};

const HOSTS = ["127.0.0.1", "::"];

function DoorFields(props: {
  readonly title: string;
  readonly door: DoorSettings;
  readonly onChange: (door: DoorSettings) => void;
}) {
  const { door, onChange } = props;
  const hosts = HOSTS.includes(door.host) ? HOSTS : [...HOSTS, door.host];
  const hostText = (host: string): string =>
    host === "127.0.0.1" ? t("mqtt.host.here") : host === "::" ? t("mqtt.host.network") : host;
  return (
    <fieldset class="form-group">
      <legend>{props.title}</legend>
      <CheckField
        label={t("mqtt.listen")}
        checked={door.enabled}
        onChange={(enabled) => onChange({ ...door, enabled })}
      />
      {door.enabled ? (
        <>
          <SelectField
            label={t("mqtt.host")}
            value={door.host}
            choices={hosts.map((value) => ({ value, text: hostText(value) }))}
            onChoose={(host) => onChange({ ...door, host })}
          />
          <TextField
            label={t("mqtt.portField")}
            value={String(door.port)}
            onInput={(text) => onChange({ ...door, port: Number(text.replace(/\D/g, "").slice(0, 5)) })}
            hint={t("mqtt.portField.hint")}
            required
            mono
          />
        </>
      ) : null}
    </fieldset>
  );
}
