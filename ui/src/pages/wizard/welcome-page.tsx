// First run, after activation: time zone, first camera (or keep the demo), how long footage is kept.
// The step stands in the address, so that a reload goes on where one was.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, Segmented, SelectField, SkeletonRows } from "../../parts/controls.tsx";
import { navigate, place } from "../../router.ts";
import { cameraChanged, cameras, entry, refreshCameras, refreshStatus } from "../../state/recorder.ts";
import { catalogueOf, useDrivers } from "../cameras/camera-drivers.ts";
import { CameraFields } from "../cameras/camera-fields.tsx";
import { type CameraForm, configOf, EMPTY_FORM, problemsOf, recordOf } from "../cameras/camera-form-model.ts";
import { ProbePanel } from "../cameras/probe-panel.tsx";
import { WizardFrame } from "./wizard-frame.tsx";

const DAYS = [3, 7, 30, 0] as const;

/** Runs an action of a step; keeps the error for show. */
function useAction(): {
  readonly busy: boolean;
  readonly error: unknown;
  readonly run: (action: () => Promise<void>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    busy,
    error,
    run: (action) => {
      setBusy(true);
      setError(undefined);
      action()
        .catch(setError)
        .finally(() => setBusy(false));
    },
  };
}

function Foot(props: {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onNext: () => void;
  readonly text: string;
  readonly disabled?: boolean;
}) {
  return (
    <>
      {props.error === undefined ? null : <ErrorNote error={props.error} />}
      <div class="form-foot">
        <button
          type="button"
          class="button primary"
          disabled={props.busy || props.disabled === true}
          onClick={props.onNext}
        >
          {props.text}
        </button>
      </div>
    </>
  );
}

function ZoneStep() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = entry.value;
  const recorder = now.kind === "in" ? now.setup.timeZone : "UTC";
  const [zone, setZone] = useState(own);
  const { busy, error, run } = useAction();
  const zones = [...new Set([own, recorder, "UTC", ...Intl.supportedValuesOf("timeZone")])].sort();
  return (
    <WizardFrame step={2} title={t("wizard.zone.title")} text={t("wizard.zone.text")}>
      <SelectField
        label={t("wizard.zone")}
        value={zone}
        choices={zones.map((one) => ({ value: one, text: one.replaceAll("_", " ") }))}
        onChoose={setZone}
      />
      <Foot
        busy={busy}
        error={error}
        text={t("wizard.next")}
        onNext={() =>
          run(async () => {
            await call("PATCH /settings", { body: { timeZone: zone } });
            await refreshStatus();
            navigate("welcome", { step: "camera" });
          })
        }
      />
    </WizardFrame>
  );
}

function CameraStep() {
  const drivers = useDrivers();
  const demo = (cameras.value ?? []).find((one) => one.driver === "demo");
  const [chosen, setChoice] = useState<"demo" | "own" | undefined>(undefined);
  // The cameras may still be on their way, so the proposal is not fixed yet.
  const choice = chosen ?? (demo === undefined ? "own" : "demo");
  const [keepDemo, setKeepDemo] = useState(false);
  const [form, setForm] = useState<CameraForm>(EMPTY_FORM);
  const { busy, error, run } = useAction();
  if (drivers === undefined || cameras.value === undefined) return <SkeletonRows rows={6} />;
  const catalogue = catalogueOf(drivers);
  const problems = problemsOf(form);
  const next = (): void => navigate("welcome", { step: "retention" });
  return (
    <WizardFrame step={3} title={t("wizard.camera.title")} text={t("wizard.camera.text")}>
      {demo === undefined ? null : (
        <Segmented
          label={t("wizard.camera.title")}
          value={choice}
          choices={[
            { value: "demo", text: t("wizard.camera.demo") },
            { value: "own", text: t("wizard.camera.own") },
          ]}
          onChoose={setChoice}
        />
      )}
      {choice === "demo" ? (
        <>
          <p class="muted">{t("wizard.camera.demo.text")}</p>
          <Foot busy={busy} error={error} text={t("wizard.next")} onNext={next} />
        </>
      ) : (
        <>
          <CameraFields
            form={form}
            catalogue={catalogue}
            problems={new Set()}
            passwordSet={false}
            onChange={(change) => setForm({ ...form, ...change })}
          />
          <ProbePanel
            ready={!problems.some((problem) => problem !== "name")}
            driver="rtsp"
            config={() => configOf(form, catalogue)}
          />
          {demo === undefined ? null : (
            <label class="inline-check">
              <input
                type="checkbox"
                checked={keepDemo}
                onChange={(event) => setKeepDemo(event.currentTarget.checked)}
              />
              {t("wizard.camera.keepDemo")}
            </label>
          )}
          <Foot
            busy={busy}
            error={error}
            text={t("wizard.next")}
            disabled={problems.length > 0}
            onNext={() =>
              run(async () => {
                const body = {
                  name: form.name.trim(),
                  driver: "rtsp",
                  config: configOf(form, catalogue),
                  record: recordOf(form),
                };
                cameraChanged(await call("POST /cameras", { body }));
                if (demo !== undefined && !keepDemo) {
                  await call("DELETE /cameras/{id}", { path: { id: demo.id }, query: { footage: "remove" } });
                }
                await refreshCameras();
                next();
              })
            }
          />
          <button type="button" class="button ghost" onClick={next}>
            {t("wizard.skip")}
          </button>
        </>
      )}
    </WizardFrame>
  );
}

function RetentionStep() {
  const [days, setDays] = useState<number>(7);
  const { busy, error, run } = useAction();
  return (
    <WizardFrame step={4} title={t("wizard.retention.title")} text={t("wizard.retention.text")}>
      <Segmented
        label={t("wizard.retention.title")}
        value={days}
        choices={DAYS.map((value) => ({
          value: value as number,
          text: value === 0 ? t("wizard.retention.full") : t("cameras.days", { count: value }),
        }))}
        onChoose={setDays}
      />
      <p class="muted">{t(days === 0 ? "wizard.retention.full.hint" : "wizard.retention.hint")}</p>
      <Foot
        busy={busy}
        error={error}
        text={t("wizard.done")}
        onNext={() =>
          run(async () => {
            for (const camera of cameras.value ?? []) {
              const record = { retentionDays: days === 0 ? null : days };
              cameraChanged(await call("PATCH /cameras/{id}", { path: { id: camera.id }, body: { record } }));
            }
            await call("PATCH /settings", { body: { wizardDone: true } });
            navigate("live");
          })
        }
      />
    </WizardFrame>
  );
}

/** The step by the address. */
export function WelcomePage() {
  const step = place.value.query.get("step");
  if (step === "camera") return <CameraStep />;
  if (step === "retention") return <RetentionStep />;
  return <ZoneStep />;
}
