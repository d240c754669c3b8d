// Adds a camera or changes one: address, test picture, recording, removal. Unsaved changes are kept on this device.
import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { BrandPattern, Camera, CameraDriver } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, ErrorNote, SelectField, SkeletonRows, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href, navigate } from "../../router.ts";
import { cameraChanged } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { CameraFields } from "./camera-fields.tsx";
import {
  type CameraForm,
  configOf,
  EMPTY_FORM,
  type FormProblem,
  formOf,
  problemsOf,
  recordOf,
} from "./camera-form-model.ts";
import { ProbePanel } from "./probe-panel.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";

const RTSP = "rtsp";

/** The URL patterns by brand of the RTSP driver; undefined while they load. */
export function useCatalogue(): readonly BrandPattern[] | undefined {
  const [catalogue, setCatalogue] = useState<readonly BrandPattern[] | undefined>(undefined);
  useEffect(() => {
    api<{ drivers: readonly CameraDriver[] } | readonly CameraDriver[]>("GET", "/camera-drivers")
      .then((answer) => {
        const drivers = "drivers" in answer ? answer.drivers : answer;
        setCatalogue(drivers.find((one) => one.id === RTSP)?.catalogue ?? []);
      })
      .catch(() => setCatalogue([]));
  }, []);
  return catalogue;
}

/** Remembers the draft in this tab (without the password), so that a reload loses nothing. */
function draftOf(key: string): CameraForm | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return typeof value === "object" && value !== null ? { ...EMPTY_FORM, ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The page; without a camera it adds one. */
export function CameraPage({ camera }: { readonly camera: Camera | undefined }) {
  const catalogue = useCatalogue();
  const draftKey = `nightjar.camera.${camera?.id ?? "new"}`;
  const [form, setForm] = useState<CameraForm>(
    () => draftOf(draftKey) ?? (camera === undefined ? EMPTY_FORM : formOf(camera)),
  );
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState(false);
  const change = (part: Partial<CameraForm>): void => {
    const next = { ...form, ...part };
    setForm(next);
    setTouched(new Set([...touched, ...Object.keys(part)]));
    sessionStorage.setItem(draftKey, JSON.stringify({ ...next, password: "" }));
  };
  if (catalogue === undefined) return <SkeletonRows rows={6} />;
  const editable = camera === undefined || camera.driver === RTSP;
  const all = problemsOf(form).filter((problem) => editable || problem === "name" || problem === "days");
  const visible = new Set<FormProblem>(
    all.filter(
      (problem) => touched.has(problem === "days" ? "retentionDays" : problem) && problem !== "name",
    ),
  );
  if (all.includes("name") && touched.has("name")) visible.add("name");
  const reachable = !all.some((problem) => problem !== "name" && problem !== "days");
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body = {
        name: form.name.trim(),
        record: recordOf(form),
        ...(editable ? { config: configOf(form, catalogue) } : {}),
      };
      const saved =
        camera === undefined
          ? await api<Camera>("POST", "/cameras", { ...body, driver: RTSP })
          : await api<Camera>("PATCH", `/cameras/${encodeURIComponent(camera.id)}`, body);
      cameraChanged(saved);
      sessionStorage.removeItem(draftKey);
      tell(t(camera === undefined ? "camera.added" : "camera.saved", { name: saved.name }));
      navigate("cameras");
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="form-page">
      <div class="head">
        <a
          class="icon-button"
          href={href("cameras")}
          onClick={followLink}
          aria-label={t("back")}
          title={t("back")}
        >
          <Icon name="left" />
        </a>
        <h1>{camera === undefined ? t("cameras.add") : camera.name}</h1>
        <div class="spring" />
        {touched.size > 0 ? <span class="muted wide-only">{t("unsaved")}</span> : null}
      </div>
      <form
        class="form-columns"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="form-column">
          {editable ? (
            <CameraFields
              form={form}
              catalogue={catalogue}
              problems={visible}
              passwordSet={camera?.config["passwordSet"] === true}
              onChange={change}
            />
          ) : (
            <>
              <TextField label={t("camera.name")} value={form.name} onInput={(name) => change({ name })} />
              <p class="muted">{t("camera.managed", { driver: camera.driver })}</p>
            </>
          )}
          <h2>{t("camera.recording")}</h2>
          <div class="field-row">
            <SelectField
              label={t("camera.mode")}
              value={form.mode}
              choices={[
                { value: "continuous", text: t("mode.continuous") },
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
          {editable ? (
            <ProbePanel
              ready={reachable}
              driver={RTSP}
              config={() => configOf(form, catalogue)}
              onProbed={() => undefined}
            />
          ) : null}
          {error === undefined ? null : <ErrorNote error={error} />}
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
                sessionStorage.removeItem(draftKey);
                followLink(event);
              }}
            >
              {t("cancel")}
            </a>
            <button type="submit" class="button primary" disabled={busy || all.length > 0}>
              {t(busy ? "saving" : "save")}
            </button>
          </div>
        </div>
      </form>
      {removing && camera !== undefined ? (
        <RemoveDialog camera={camera} onClose={() => setRemoving(false)} />
      ) : null}
    </div>
  );
}
