// The part of the camera's form about events: which ones record it, of which cameras, and how much before and after.
import { t } from "../../locale/messages.ts";
import { TextField } from "../../parts/controls.tsx";
import { followLink, href } from "../../router.ts";
import { cameras, mayAdminister } from "../../state/recorder.ts";
import { EVENT_TEXT, eventText } from "../events/event-words.ts";
import { type CameraForm, type FormProblem, followsEvents } from "./camera-form-model.ts";

/** Shows nothing for a camera that events have no say in. */
export function EventRecordingFields(props: {
  readonly form: CameraForm;
  /** The camera that is being changed; undefined for a new one. */
  readonly camera: string | undefined;
  readonly visible: ReadonlySet<FormProblem>;
  readonly onChange: (part: Partial<CameraForm>) => void;
}) {
  const { form, camera, visible, onChange } = props;
  if (!followsEvents(form)) return null;
  const others = (cameras.value ?? []).filter(({ id }) => id !== camera);
  const types = Object.keys(EVENT_TEXT).filter((type) => !type.startsWith("exception-"));
  return (
    <>
      {form.mode === "event" ? (
        <div class="field-row">
          <TextField
            label={t("camera.pre")}
            value={form.preRecordSeconds}
            inputMode="numeric"
            onInput={(preRecordSeconds) => onChange({ preRecordSeconds })}
            error={visible.has("preRecordSeconds") ? t("camera.pre.wrong") : undefined}
          />
          <TextField
            label={t("camera.post")}
            value={form.postRecordSeconds}
            inputMode="numeric"
            onInput={(postRecordSeconds) => onChange({ postRecordSeconds })}
            error={visible.has("postRecordSeconds") ? t("camera.post.wrong") : undefined}
          />
        </div>
      ) : null}
      <Choices
        title={t("camera.events")}
        none={t("camera.events.all")}
        hint={t(form.mode === "event" ? "camera.events.hint" : "camera.events.marks")}
        all={types.map((id) => ({ id, text: eventText(id) }))}
        chosen={form.eventTypes}
        onChoose={(eventTypes) => onChange({ eventTypes })}
      />
      {others.length === 0 ? null : (
        <Choices
          title={t("camera.linked")}
          none={t("camera.linked.none")}
          hint={t("camera.linked.hint")}
          all={others.map(({ id, name }) => ({ id, text: name }))}
          chosen={form.eventCameras}
          onChoose={(eventCameras) => onChange({ eventCameras })}
        />
      )}
      {camera === undefined || !mayAdminister.value ? null : (
        <p class="form-link">
          <a href={href("linkage", { camera })} onClick={followLink}>
            {t("linkage.fromCamera")}
          </a>
        </p>
      )}
    </>
  );
}

/** Boxes to tick, folded away behind how many are ticked. */
export function Choices(props: {
  readonly title: string;
  /** What it means that none is ticked. */
  readonly none: string;
  readonly hint?: string;
  readonly all: readonly { readonly id: string; readonly text: string }[];
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}) {
  const { title, none, hint, all, chosen, onChoose } = props;
  const names = all.filter(({ id }) => chosen.includes(id)).map(({ text }) => text);
  return (
    <details class="choices">
      <summary>
        <span>{title}</span>
        <span class="muted">{names.length === 0 ? none : names.join(", ")}</span>
      </summary>
      {hint === undefined ? null : <p class="field-note">{hint}</p>}
      <div class="choices-list">
        {all.map(({ id, text }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={({ currentTarget }) =>
                onChoose(currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
              }
            />
            {text}
          </label>
        ))}
      </div>
    </details>
  );
}
