// First run, after activation: time zone, who may come in over the network, where and how much to record, first camera (or keep the demo).
// The recorder remembers the step, so that a reload or another browser goes on where one was; all of it can be skipped.
import { useState } from "preact/hooks";
import { call, type Given } from "../../api/client.ts";
import type { RecorderSettings } from "../../api/health-types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { CheckField, NotAllowed, Segmented } from "../../parts/controls.tsx";
import { ownZone, ZoneField } from "../../parts/zone-field.tsx";
import { followLink, href, navigate, place } from "../../router.ts";
import { doorChange, isOpenToNetwork, isOwnAddress } from "../../state/own-address.ts";
import {
  cameraChanged,
  cameras,
  camerasAsked,
  mayAdminister,
  refreshCameras,
  refreshStatus,
} from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { type Asked, useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import { catalogueOf, useDrivers } from "../cameras/camera-drivers.ts";
import { CameraFields } from "../cameras/camera-fields.tsx";
import {
  type CameraForm,
  configOf,
  EMPTY_FORM,
  problemsOf,
  recordOf,
  withoutSecrets,
} from "../cameras/camera-form-model.ts";
import { ProbePanel } from "../cameras/probe-panel.tsx";
import { httpsPortText } from "../system/https-port.ts";
import { StorageStep } from "./storage-step.tsx";
import { Foot, useAction } from "./wizard-foot.tsx";
import { WizardFrame } from "./wizard-frame.tsx";
import { furtherStep, isUntouched, type WizardStep } from "./wizard-progress.ts";

interface StepProps {
  readonly settings: RecorderSettings;
  /** Remembers that one has come to that step, and what was chosen on the way, and goes there. */
  readonly onNext: (step: WizardStep, chosen?: Given<"PATCH /settings">["body"]) => Promise<void>;
}

/** Back to look: how far one has come stays, and with it what was chosen. */
async function goBack(step: WizardStep): Promise<void> {
  navigate("welcome", { step });
}

/** Through with it: whoever opens it again begins with the first step. */
async function finish(): Promise<void> {
  await call("PATCH /settings", { body: { wizardDone: true, wizardStep: "zone" } });
  navigate("live");
}

/** Left where it is: it no longer comes up by itself, and goes on there when it is asked for. */
async function leave(wizardStep: WizardStep): Promise<void> {
  await call("PATCH /settings", { body: { wizardDone: true, wizardStep } });
  navigate("live");
  tell(t("wizard.later"));
}

function ZoneStep({ settings, onNext }: StepProps) {
  const [zone, setZone] = useState(isUntouched(settings, "zone") ? ownZone() : settings.timeZone);
  const { https } = settings.network;
  const wasOpen = isOpenToNetwork(https);
  const [open, setOpen] = useState(wasOpen);
  const { busy, error, run } = useAction();
  return (
    <WizardFrame step={2} title={t("wizard.zone.title")} text={t("wizard.zone.text")}>
      <ZoneField value={zone} onChoose={setZone} />
      {/* Whoever sits at another device would shut the door behind which they stand. */}
      {isOwnAddress(location.hostname) ? (
        <CheckField
          label={t("wizard.network")}
          checked={open}
          onChange={setOpen}
          hint={t(open ? "wizard.network.on" : "wizard.network.off", { port: httpsPortText(https.port) })}
        />
      ) : null}
      <Foot
        busy={busy}
        error={error}
        text={t("wizard.next")}
        onSkip={() => leave("zone")}
        onNext={() =>
          run(async () => {
            const network = open === wasOpen ? {} : { network: { https: doorChange(open) } };
            await onNext("storage", { timeZone: zone, ...network });
            await refreshStatus();
          })
        }
      />
    </WizardFrame>
  );
}

/** What is typed in the step of the camera; going back to another one costs nothing. */
interface TypedCamera {
  readonly choice: "" | "demo" | "own";
  readonly keepDemo: boolean;
  readonly form: CameraForm;
}

const NO_CAMERA: TypedCamera = { choice: "", keepDemo: false, form: EMPTY_FORM };

function withoutPassword(typed: TypedCamera): TypedCamera {
  return { ...typed, form: withoutSecrets(typed.form, () => true) };
}

function CameraStep({ settings }: { readonly settings: RecorderSettings }) {
  const askedDrivers = useDrivers();
  const drivers = askedDrivers.answer;
  const demo = (cameras.value ?? []).find((one) => one.driver === "demo");
  const draft = useDraft<TypedCamera>("wizard.camera", NO_CAMERA, {
    plain: withoutPassword,
    isNew: true,
  });
  const { keepDemo } = draft.value;
  const put = (part: Partial<TypedCamera>): void => draft.put({ ...draft.value, ...part });
  // The cameras may still be on their way, so the proposal is not fixed yet.
  const choice = draft.value.choice || (demo === undefined ? "own" : "demo");
  // What was chosen a step before holds, also where one has gone back to it.
  const form: CameraForm = {
    ...draft.value.form,
    audio: settings.newCameras.audio,
    retentionDays: String(settings.newCameras.retentionDays ?? ""),
  };
  const { busy, error, run } = useAction();
  if (drivers === undefined || cameras.value === undefined) {
    const missing = drivers === undefined ? askedDrivers : camerasAsked.value;
    return <AwaitedStep {...STEP_HEADS.camera} of={missing} />;
  }
  const catalogue = catalogueOf(drivers);
  const problems = problemsOf(form);
  const { quotaBytes } = settings.newCameras;
  return (
    <WizardFrame step={4} title={t("wizard.camera.title")} text={t("wizard.camera.text")}>
      {demo === undefined ? null : (
        <Segmented
          label={t("wizard.camera.title")}
          value={choice}
          choices={[
            { value: "demo", text: t("wizard.camera.demo") },
            { value: "own", text: t("wizard.camera.own") },
          ]}
          onChoose={(chosen) => put({ choice: chosen })}
        />
      )}
      {choice === "demo" ? (
        <>
          <p class="muted">{t("wizard.camera.demo.text")}</p>
          <Foot
            busy={busy}
            error={error}
            text={t("wizard.done")}
            onBack={() => goBack("storage")}
            onNext={() => run(finish)}
          />
        </>
      ) : (
        <>
          <CameraFields
            form={form}
            catalogue={catalogue}
            problems={new Set()}
            passwordHint={undefined}
            onChange={(change) => put({ choice, form: { ...draft.value.form, ...change } })}
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
                onChange={(event) => put({ keepDemo: event.currentTarget.checked })}
              />
              {t("wizard.camera.keepDemo")}
            </label>
          )}
          {draft.isUnsaved ? (
            <p class="muted" role="status">
              {t("unsaved")}
            </p>
          ) : null}
          <Foot
            busy={busy}
            error={error}
            text={t("wizard.done")}
            onBack={() => goBack("storage")}
            onSkip={() => leave("camera")}
            disabled={problems.length > 0}
            onNext={() =>
              run(async () => {
                const body = {
                  name: form.name.trim(),
                  driver: "rtsp",
                  config: configOf(form, catalogue),
                  record: { ...recordOf(form), ...(quotaBytes === null ? {} : { quotaBytes }) },
                };
                cameraChanged(await call("POST /cameras", { body }));
                if (demo !== undefined && !keepDemo) {
                  await call("DELETE /cameras/{id}", { path: { id: demo.id }, query: { footage: "remove" } });
                }
                draft.settle(NO_CAMERA);
                await refreshCameras();
                await finish();
              })
            }
          />
        </>
      )}
    </WizardFrame>
  );
}

/** What stands at the head of a step's card. */
const STEP_HEADS: Readonly<Record<WizardStep, { readonly step: number; readonly title: MessageKey }>> = {
  zone: { step: 2, title: "wizard.zone.title" },
  storage: { step: 3, title: "wizard.storage.title" },
  camera: { step: 4, title: "wizard.camera.title" },
};

/** Of an address; where it says none, the first. */
function stepOf(step: string | null): WizardStep {
  return step === "storage" || step === "camera" ? step : "zone";
}

/** The card of a step whose data is not there. */
function AwaitedStep(props: { readonly step: number; readonly title: MessageKey; readonly of: Asked }) {
  return (
    <WizardFrame step={props.step} title={t(props.title)} text="">
      <Awaited of={props.of} rows={4} />
    </WizardFrame>
  );
}

/** The step by the address, or where the recorder says that one stood. */
export function WelcomePage() {
  const step = place.value.query.get("step");
  const asked = useAnswer((signal) => call("GET /settings", { signal }), [step]);
  const { answer: settings } = asked;
  if (!mayAdminister.value) {
    return (
      <main class="door">
        <NotAllowed>
          <a class="button" href={href("live")} onClick={followLink}>
            {t("nav.live")}
          </a>
        </NotAllowed>
      </main>
    );
  }
  if (settings === undefined) return <AwaitedStep {...STEP_HEADS[stepOf(step)]} of={asked} />;
  const onNext: StepProps["onNext"] = async (next, chosen = {}) => {
    const wizardStep = furtherStep(settings.wizardStep, next);
    asked.put(await call("PATCH /settings", { body: { ...chosen, wizardStep } }));
    navigate("welcome", { step: next });
  };
  const at = step === null ? settings.wizardStep : stepOf(step);
  if (at === "camera") return <CameraStep key={settings.newCameras.retentionDays} settings={settings} />;
  if (at === "storage") {
    return (
      <StorageStep
        settings={settings}
        onBack={() => goBack("zone")}
        onNext={(newCameras) => onNext("camera", { newCameras })}
        onSkip={() => leave("storage")}
      />
    );
  }
  return <ZoneStep settings={settings} onNext={onNext} />;
}
