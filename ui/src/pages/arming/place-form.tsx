// Where sunrise and sunset are looked up for: two numbers, or none.
import { t } from "../../locale/messages.ts";
import { TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { useDraft } from "../../state/use-draft.ts";
import type { ArmingRules } from "./arming-words.ts";

type Place = ArmingRules["place"];
const MOST = { latitude: 90, longitude: 180 } as const;
const textOf = (value: number | undefined): string => (value === undefined ? "" : String(value));

export function PlaceForm(props: {
  readonly place: Place;
  readonly mayEdit: boolean;
  /** Calls `done` once it is stored. */
  readonly onSave: (place: Place, done: () => void) => void;
}) {
  const { place } = props;
  const kept = { latitude: textOf(place?.latitude), longitude: textOf(place?.longitude) };
  const draft = useDraft("arming.place", kept);
  const { value: typed, put: setTyped } = draft;
  const problemOf = (name: keyof typeof MOST): string | undefined => {
    const text = typed[name].trim();
    const value = Number(text.replace(",", "."));
    if (text === "")
      return typed.latitude.trim() === typed.longitude.trim() ? undefined : t("schema.missing");
    if (!Number.isFinite(value)) return t("schema.number");
    return Math.abs(value) <= MOST[name] ? undefined : t("schema.large", { most: MOST[name] });
  };
  const isOther = typed.latitude.trim() !== kept.latitude || typed.longitude.trim() !== kept.longitude;
  const isWrong = problemOf("latitude") !== undefined || problemOf("longitude") !== undefined;
  return (
    <form
      class="arming-place"
      onSubmit={(event) => {
        event.preventDefault();
        const [latitude, longitude] = [typed.latitude, typed.longitude].map((text) =>
          Number(text.trim().replace(",", ".")),
        );
        props.onSave(
          typed.latitude.trim() === "" || latitude === undefined || longitude === undefined
            ? undefined
            : { latitude, longitude },
          // What is typed may be written otherwise than it is stored: 52,5 is 52.5.
          () => draft.settle(typed),
        );
      }}
    >
      <div class="field-row">
        {(["latitude", "longitude"] as const).map((name) => (
          <TextField
            key={name}
            label={t(name === "latitude" ? "arming.latitude" : "arming.longitude")}
            value={typed[name]}
            inputMode="decimal"
            error={problemOf(name)}
            onInput={(text) => setTyped({ ...typed, [name]: text.slice(0, 20) })}
          />
        ))}
      </div>
      {props.mayEdit ? (
        <div class="form-foot start">
          <button type="submit" class="button" disabled={!isOther || isWrong}>
            {t("save")}
          </button>
          <UnsavedMark of={draft} onDiscard={() => draft.settle(kept)} />
        </div>
      ) : null}
    </form>
  );
}
