// Adds a camera or changes one: address, test picture, recording, removal. Unsaved changes are kept on this device.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { BackButton, CheckField, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { isObject } from "../../parts/json-place.ts";
import { OutdatedNote } from "../../parts/outdated-note.tsx";
import { fieldsOf, objectOf, problemOf, type SchemaField, textsOf } from "../../parts/schema-fields.ts";
import { SchemaForm } from "../../parts/schema-form.tsx";
import { followLink, href, navigate } from "../../router.ts";
import { StreamPasswordsDialog } from "../../shell/stream-passwords-dialog.tsx";
import { driverName, driverWords, schemaInWords, usePluginNames } from "../../state/plugin-names.ts";
import { cameraChanged, session } from "../../state/recorder.ts";
import type { StreamDoor } from "../../state/stream-address.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { WhyButton } from "../why/why-button.tsx";
import { catalogueOf, RTSP, useDrivers } from "./camera-drivers.ts";
import { CameraFields } from "./camera-fields.tsx";
import {
  type CameraForm,
  changedFields,
  configOf,
  EMPTY_FORM,
  type FormProblem,
  formOf,
  namesAnother,
  newCameraDraft,
  problemsOf,
  RTSP_PLACES,
  recordOf,
  withoutSecrets,
} from "./camera-form-model.ts";
import { EventRecordingFields } from "./event-recording-fields.tsx";
import { ProbePanel } from "./probe-panel.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { StreamAddresses } from "./stream-addresses.tsx";

/** The page; without a camera it adds one. */
export function CameraPage(props: {
  readonly camera: Camera | undefined;
  /** Of a new one: where it answered, if it was found in the network. */
  readonly found?: string;
}) {
  const { camera, found = "" } = props;
  const askedDrivers = useDrivers();
  const names = usePluginNames();
  const drivers = askedDrivers.answer;
  // What the form shows while nothing is typed.
  const [proposed, setProposed] = useState(EMPTY_FORM);
  const settled = camera === undefined ? proposed : formOf(camera);
  const driverOf = (id: string) => drivers?.find((one) => one.id === id);
  const fieldsFor = (id: string): SchemaField[] => {
    const found = driverOf(id);
    return id === RTSP || !isObject(found?.configSchema)
      ? []
      : fieldsOf(schemaInWords(found.configSchema, driverWords(names, found.id)));
  };
  const draft = useDraft<CameraForm>(
    camera === undefined ? newCameraDraft(found) : `camera.${camera.id}`,
    settled,
    {
      isNew: camera === undefined,
      of: camera?.config,
      plain: (typed) => {
        const known = fieldsFor(typed.driver);
        return withoutSecrets(
          typed,
          (field) => !known.some((one) => one.name === field && one.kind !== "secret"),
        );
      },
    },
  );
  const { value: form, isUnsaved } = draft;
  const [touched, setTouched] = useState<ReadonlySet<string>>(() => new Set(changedFields(settled, form)));
  const { busy, error, act } = useAct();
  const [removing, setRemoving] = useState(false);
  const [passwordDoor, setPasswordDoor] = useState<StreamDoor | undefined>(undefined);
  useEffect(() => {
    if (camera !== undefined) return;
    // What the owner chose in the first run is proposed for every new camera; the schema's defaults do as well.
    call("GET /settings").then(
      ({ newCameras: { audio, retentionDays } }) => {
        setProposed({ ...EMPTY_FORM, audio, retentionDays: String(retentionDays ?? "") });
      },
      () => undefined,
    );
  }, []);
  if (drivers === undefined)
    return (
      <AwaitedPage title={camera?.name ?? t("cameras.add")} of={askedDrivers} rows={6} below="cameras" />
    );
  const catalogue = catalogueOf(drivers);
  const driver = driverOf(form.driver);
  const isRtsp = form.driver === RTSP;
  const fields = fieldsFor(form.driver);
  const texts = { ...textsOf(fields, camera?.config ?? {}), ...form.texts };
  const kept = new Set(
    fields.filter((one) => camera?.config[`${one.name}Set`] === true).map((one) => one.name),
  );
  const fieldsFit = fields.every(
    (field) => problemOf(field, texts[field.name] ?? "", kept.has(field.name)) === undefined,
  );
  const change = (part: Partial<CameraForm>): void => {
    draft.put({ ...form, ...part });
    setTouched(new Set([...touched, ...Object.keys(part)]));
  };
  const all = problemsOf(form);
  const visible = new Set<FormProblem>(
    all.filter(
      (problem) => touched.has(problem === "days" ? "retentionDays" : problem) && problem !== "name",
    ),
  );
  if (all.includes("name") && touched.has("name")) visible.add("name");
  const reachable = fieldsFit && !all.some((problem) => problem !== "name" && problem !== "days");
  const config = (): Record<string, unknown> =>
    isRtsp ? configOf(form, catalogue) : objectOf(fields, texts);
  const places = isRtsp ? RTSP_PLACES : fields.filter((one) => one.kind === "text").map(({ name }) => name);
  const keptHint = t(
    namesAnother(camera?.config ?? {}, config(), places) ? "form.secret.again" : "camera.password.kept",
  );
  const save = (): Promise<void> =>
    act(async () => {
      const body = {
        name: form.name.trim(),
        record: recordOf(form),
        // Without its plugin nothing is known of a camera's settings: they stay.
        ...(isRtsp || driver !== undefined ? { config: config() } : {}),
      };
      const saved =
        camera === undefined
          ? await call("POST /cameras", { body: { config: {}, ...body, driver: form.driver } })
          : await call("PATCH /cameras/{id}", { path: { id: camera.id }, body });
      cameraChanged(saved);
      draft.settle(settled);
      tell(t(camera === undefined ? "camera.added" : "camera.saved", { name: saved.name }));
      navigate("cameras");
    });
  return (
    <div class="form-page">
      <div class="head">
        <BackButton to="cameras" />
        <div class="head-title">
          <h1>{camera === undefined ? t("cameras.add") : camera.name}</h1>
          {isUnsaved ? <small class="muted">{t("unsaved")}</small> : null}
        </div>
        <div class="spring" />
        {camera === undefined ? null : (
          <WhyButton question={() => ({ camera: camera.id, name: camera.name })} />
        )}
        {camera === undefined ? null : (
          <a class="button" href={href(`cameras/${camera.id}/detection`)} onClick={followLink}>
            {t("camera.detection")}
          </a>
        )}
      </div>
      <form
        class="form-columns"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="form-column">
          {camera === undefined && drivers.length > 1 ? (
            <SelectField
              label={t("camera.driver")}
              value={form.driver}
              choices={[...drivers]
                .sort((a, b) => Number(b.id === RTSP) - Number(a.id === RTSP))
                .map((one) => ({ value: one.id, text: driverName(names, one.id, one.displayName) }))}
              onChoose={(id) => change({ driver: id, texts: {} })}
            />
          ) : null}
          {isRtsp ? (
            <CameraFields
              form={form}
              catalogue={catalogue}
              problems={visible}
              passwordHint={camera?.config["passwordSet"] === true ? keptHint : undefined}
              onChange={change}
            />
          ) : (
            <>
              <TextField
                label={t("camera.name")}
                value={form.name}
                onInput={(name) => change({ name })}
                placeholder={t("camera.name.example")}
                error={visible.has("name") ? t("camera.name.missing") : undefined}
              />
              {driver === undefined ? (
                <p class="muted">{t("camera.noDriver", { driver: form.driver })}</p>
              ) : (
                <SchemaForm
                  fields={fields}
                  texts={texts}
                  kept={kept}
                  keptHint={keptHint}
                  onChange={(changed) => change({ texts: changed })}
                />
              )}
            </>
          )}
          <h2>{t("camera.recording")}</h2>
          <div class="field-row">
            <SelectField
              label={t("camera.mode")}
              value={form.mode}
              choices={[
                { value: "continuous", text: t("mode.continuous") },
                { value: "event", text: t("mode.event") },
                { value: "manual", text: t("mode.manual") },
                { value: "off", text: t("mode.off") },
              ]}
              onChoose={(mode) => change({ mode })}
            />
            <SelectField
              label={t("camera.streams")}
              value={form.streams}
              choices={[
                { value: "main", text: t("streams.main") },
                { value: "sub", text: t("streams.sub") },
                { value: "both", text: t("streams.both") },
              ]}
              onChoose={(streams) => change({ streams })}
            />
          </div>
          <EventRecordingFields form={form} camera={camera?.id} visible={visible} onChange={change} />
          <TextField
            label={t("camera.days")}
            value={form.retentionDays}
            onInput={(retentionDays) => change({ retentionDays })}
            placeholder={t("camera.days.unlimited")}
            hint={t("camera.days.hint")}
            error={visible.has("days") ? t("camera.days.wrong") : undefined}
          />
          <CheckField
            label={t("camera.audio")}
            checked={form.audio}
            onChange={(audio) => change({ audio })}
            hint={t("camera.audio.hint")}
          />
        </div>
        <div class="form-column">
          {driver === undefined ? null : (
            <ProbePanel ready={reachable} driver={form.driver} camera={camera?.id} config={config} />
          )}
          {camera === undefined ? null : <StreamAddresses camera={camera} onPasswords={setPasswordDoor} />}
          {error === undefined ? null : <ErrorNote error={error} />}
          <OutdatedNote of={draft} />
          <div class="form-foot">
            {camera === undefined ? null : (
              <button type="button" class="button danger" onClick={() => setRemoving(true)}>
                {t("camera.remove")}
              </button>
            )}
            <div class="spring" />
            <a
              class="button ghost"
              href={href("cameras")}
              onClick={(event) => {
                draft.settle(settled);
                followLink(event);
              }}
            >
              {t("cancel")}
            </a>
            <button type="submit" class="button primary" disabled={busy || all.length > 0 || !fieldsFit}>
              {t(busy ? "saving" : "save")}
            </button>
          </div>
        </div>
      </form>
      {removing && camera !== undefined ? (
        <RemoveDialog camera={camera} onClose={() => setRemoving(false)} />
      ) : null}
      {passwordDoor === undefined || camera === undefined ? null : (
        <StreamPasswordsDialog
          user={session.value?.user.name ?? ""}
          place={{ camera: camera.id, door: passwordDoor }}
          onClose={() => setPasswordDoor(undefined)}
        />
      )}
    </div>
  );
}
