// One dot for the recorder's health; opens what is wrong.
import { useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { Dialog } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { followLink, href } from "../router.ts";
import { cameras, status } from "../state/recorder.ts";

type Tone = "ok" | "warn" | "bad" | "unknown";

function health(): { readonly tone: Tone; readonly text: string } {
  const now = status.value;
  if (now === undefined) return { tone: "unknown", text: t("health.unknown") };
  const volumes = now.volumes.filter((one) => one.status !== "normal");
  const serious = now.problems.filter((one) => one.severity !== "notice");
  if (volumes.length > 0) return { tone: "bad", text: t("health.volumes", { count: volumes.length }) };
  const offline = (cameras.value ?? []).filter((one) => one.enabled && one.state.status === "offline").length;
  if (offline > 0) return { tone: "warn", text: t("health.offline", { count: offline }) };
  if (serious.length > 0) return { tone: "warn", text: t("health.problems", { count: serious.length }) };
  if (now.cameras.total === 0) return { tone: "ok", text: t("health.noCameras") };
  // The list of cameras is kept fresh by every change; the status is read now and then.
  const list = cameras.value;
  const recording = list?.filter((one) => one.recording.active).length ?? now.cameras.recording;
  const total = list?.length ?? now.cameras.total;
  return { tone: "ok", text: t("health.good", { recording, total }) };
}

/** The dot with its sentence. */
export function HealthButton() {
  const [open, setOpen] = useState(false);
  const { tone, text } = health();
  const now = status.value;
  // Who runs the recorder gets the cameras' faults among its problems; others from the cameras themselves.
  const offline = (cameras.value ?? []).filter(
    (one) =>
      one.enabled &&
      one.state.status === "offline" &&
      now?.problems.some((problem) => problem.message.includes(one.name)) !== true,
  );
  const ill = (now?.volumes ?? []).filter((one) => one.status !== "normal");
  return (
    <>
      <button type="button" class="health" onClick={() => setOpen(true)} title={text}>
        <i class={`dot dot-${tone}`} aria-hidden="true" />
        <span>{text}</span>
      </button>
      {open ? (
        <Dialog title={t("health.title")} onClose={() => setOpen(false)}>
          <p class="health-line">
            <i class={`dot dot-${tone}`} aria-hidden="true" /> {text}
          </p>
          <ul class="problem-list">
            {ill.map((volume) => (
              <li key={volume.id}>
                <Icon name="warning" />
                <div>
                  {volume.path}: {volume.message ?? volume.status}
                </div>
              </li>
            ))}
            {offline.map((camera) => (
              <li key={camera.id}>
                <Icon name="cameras" />
                <div>
                  {camera.name}: {camera.state.reason ?? t("state.offline")}
                </div>
              </li>
            ))}
            {(now?.problems ?? []).map((problem) => (
              <li key={problem.code + problem.message}>
                <Icon name="warning" />
                <div>
                  {problem.message} <code>{problem.code}</code>
                </div>
              </li>
            ))}
          </ul>
          <p>
            <a
              href={href("system")}
              onClick={(event) => {
                followLink(event);
                setOpen(false);
              }}
            >
              {t("health.more")}
            </a>
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
