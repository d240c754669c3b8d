// All cameras, or those that are ticked: what an account may see, and what an API token reaches.
import { t } from "../../locale/messages.ts";
import { CheckField, Segmented } from "../../parts/controls.tsx";
import { cameras } from "../../state/recorder.ts";

export type CameraScope = "all" | readonly string[];

/** What the form holds: those that are ticked stay so while "all" is chosen. */
export interface ChosenCameras {
  readonly all: boolean;
  readonly chosen: readonly string[];
}

/** The field; `allHint` says what "all" means. */
export function CameraScopeField(props: {
  readonly value: ChosenCameras;
  readonly allHint: string;
  readonly onChange: (value: ChosenCameras) => void;
}) {
  const { all, chosen } = props.value;
  return (
    <div class="token-cameras">
      <Segmented
        label={t("nav.cameras")}
        value={all ? "all" : "some"}
        choices={[
          { value: "all", text: t("tokens.allCameras") },
          { value: "some", text: t("tokens.someCameras") },
        ]}
        onChoose={(kind) => props.onChange({ all: kind === "all", chosen })}
      />
      {all ? (
        <p class="muted">{props.allHint}</p>
      ) : (
        <fieldset class="transfer-parts">
          <legend class="unseen">{t("nav.cameras")}</legend>
          {(cameras.value ?? []).map(({ id, name }) => (
            <CheckField
              key={id}
              label={name}
              checked={chosen.includes(id)}
              onChange={(isChosen) =>
                props.onChange({
                  all,
                  chosen: isChosen ? [...chosen, id] : chosen.filter((one) => one !== id),
                })
              }
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}

/** Whether it can be meant: some are at least one. */
export function isChoiceWhole({ all, chosen }: ChosenCameras): boolean {
  return all || chosen.length > 0;
}

/** As the recorder takes it. */
export function scopeOf({ all, chosen }: ChosenCameras): "all" | string[] {
  return all ? "all" : [...chosen];
}

/** The scope in few words, and all names. */
export function scopeText(scope: CameraScope): { readonly text: string; readonly names: string } {
  if (scope === "all") return { text: t("tokens.allCameras"), names: "" };
  const names = scope.map((id) => cameras.value?.find((camera) => camera.id === id)?.name ?? id);
  if (names.length === 0) return { text: t("users.cameras.none"), names: "" };
  const list = names.join(", ");
  return {
    text:
      names.length < 3
        ? list
        : t("users.cameras.count", { count: names.length, total: cameras.value?.length ?? names.length }),
    names: list,
  };
}
