// All cameras, or those that are ticked: what an account may see, and what an API token reaches.
import { type ComponentChildren, Fragment } from "preact";
import type { Given } from "../../api/client.ts";
import type { CameraRight, UserAccount } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, Segmented } from "../../parts/controls.tsx";
import { cameras } from "../../state/recorder.ts";
import { rightText } from "../account/right-words.ts";

export type CameraScope = UserAccount["cameras"];
type NewScope = NonNullable<Given<"POST /users">["body"]["cameras"]>;

/** What the form holds: those that are ticked stay so while "all" is chosen. */
export interface ChosenCameras {
  readonly all: boolean;
  readonly chosen: readonly string[];
}

/** The same of an account, which may do less with some of them. */
export interface ChosenRights extends ChosenCameras {
  /** By camera: what is left of the role's rights. */
  readonly less: Readonly<Record<string, readonly CameraRight[]>>;
}

/** The field; `allHint` says what "all" means. */
export function CameraScopeField(props: {
  readonly value: ChosenCameras;
  readonly allHint: string;
  readonly onChange: (value: ChosenCameras) => void;
  /** What stands below a camera that is ticked. */
  readonly below?: (camera: string, name: string) => ComponentChildren;
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
            <Fragment key={id}>
              <CheckField
                label={name}
                checked={chosen.includes(id)}
                onChange={(isChosen) =>
                  props.onChange({
                    all,
                    chosen: isChosen ? [...chosen, id] : chosen.filter((one) => one !== id),
                  })
                }
              />
              {chosen.includes(id) ? props.below?.(id, name) : null}
            </Fragment>
          ))}
        </fieldset>
      )}
    </div>
  );
}

/** The field of an account with this role: what it may do with each camera can be less than the role allows. */
export function CameraRightsField(props: {
  readonly value: ChosenRights;
  readonly offered: readonly CameraRight[];
  readonly allHint: string;
  readonly onChange: (value: ChosenRights) => void;
}) {
  const { value, offered } = props;
  return (
    <CameraScopeField
      value={value}
      allHint={props.allHint}
      onChange={(chosen) => props.onChange({ ...chosen, less: value.less })}
      below={(id, name) => {
        const left = offered.filter((right) => value.less[id]?.includes(right) ?? true);
        return (
          <details class="camera-rights">
            <summary aria-label={t("users.cameras.rightsOf", { name })}>
              {left.length === offered.length
                ? t("users.cameras.allRights")
                : left.map(rightText).join(", ") || t("users.cameras.noRight")}
            </summary>
            {offered.map((right) => (
              <CheckField
                key={right}
                label={rightText(right)}
                checked={left.includes(right)}
                onChange={(isLeft) => {
                  const next = offered.filter((one) => (one === right ? isLeft : left.includes(one)));
                  const { [id]: _, ...others } = value.less;
                  const less = next.length === offered.length ? others : { ...others, [id]: next };
                  props.onChange({ ...value, less });
                }}
              />
            ))}
          </details>
        );
      }}
    />
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

/** An account's, as the recorder takes it. */
export function rightsScopeOf({ all, chosen, less }: ChosenRights): NewScope {
  if (all) return "all";
  return chosen.map((id) => {
    const rights = less[id];
    return rights === undefined ? id : { id, rights: [...rights] };
  });
}

/** What an account's form shows. Without cameras that are gone: another may get the id of one. */
export function choiceOf(scope: CameraScope): ChosenRights {
  if (scope === "all") return { all: true, chosen: [], less: {} };
  const known = cameras.value?.map(({ id }) => id);
  const those = scope
    .map((one) => (typeof one === "string" ? { id: one, rights: undefined } : one))
    .filter(({ id }) => known?.includes(id) ?? true);
  return {
    all: false,
    chosen: those.map(({ id }) => id),
    less: Object.fromEntries(those.flatMap(({ id, rights }) => (rights === undefined ? [] : [[id, rights]]))),
  };
}

/** The scope in few words, and all names. */
export function scopeText(scope: CameraScope): { readonly text: string; readonly names: string } {
  if (scope === "all") return { text: t("tokens.allCameras"), names: "" };
  const names = scope.map((one) => {
    const id = typeof one === "string" ? one : one.id;
    const name = cameras.value?.find((camera) => camera.id === id)?.name ?? id;
    return typeof one === "string" ? name : t("users.cameras.less", { name });
  });
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
