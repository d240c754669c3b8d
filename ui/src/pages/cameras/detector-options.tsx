// What else a detector lets one set at a camera: a form out of its schema, saved by its button.
import type { Answer } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { fieldsOf, objectOf, problemOf, textsOf } from "../../parts/schema-fields.ts";
import { SchemaForm } from "../../parts/schema-form.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { fieldWords, type PluginNames } from "../../state/plugin-names.ts";
import { useDraft } from "../../state/use-draft.ts";

type DetectorView = Answer<"GET /cameras/{id}/detection">["detectors"][number];

const NONE: ReadonlySet<string> = new Set();

export function DetectorOptions(props: {
  readonly camera: string;
  readonly detector: DetectorView;
  readonly names: PluginNames;
  /** Resolves when they were taken (true), or refused. */
  readonly onSave: (options: Record<string, unknown>) => Promise<boolean>;
}) {
  const { detector, names } = props;
  const words = fieldWords(names, "detector", detector.detector);
  const fields = fieldsOf(detector.schema).map((field) => ({
    ...field,
    title: words[`/${field.name}`]?.title ?? field.title,
    hint: words[`/${field.name}`]?.description ?? field.hint,
  }));
  const kept = textsOf(fields, detector.options);
  const secrets = fields.filter(({ kind }) => kind === "secret").map(({ name }) => name);
  const draft = useDraft(`detector.${props.camera}.${detector.detector}`, kept, {
    plain: (typed) => Object.fromEntries(Object.entries(typed).filter(([name]) => !secrets.includes(name))),
  });
  const { value: texts, put: setTexts } = draft;
  if (fields.length === 0) return null;
  const isOther = fields.some(({ name }) => (texts[name] ?? "") !== (kept[name] ?? ""));
  const isWrong = fields.some((field) => problemOf(field, texts[field.name] ?? "") !== undefined);
  return (
    <details class="detector-options">
      <summary>{t("detection.options")}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // What is typed may be written otherwise than it is stored: 0,50 is 0.5.
          void props.onSave(objectOf(fields, texts)).then((isTaken) => {
            if (isTaken) draft.settle(texts);
          });
        }}
      >
        <SchemaForm fields={fields} texts={texts} kept={NONE} onChange={setTexts} />
        <div class="form-foot start">
          <button type="submit" class="button" disabled={!isOther || isWrong}>
            {t("save")}
          </button>
          <UnsavedMark of={draft} onDiscard={() => draft.settle(kept)} />
        </div>
      </form>
    </details>
  );
}
