// Arming: the profile in force, the rules that say when which events count, the holidays and the place that their schedules go
// by. What is changed is put into the newest state of the recorder, so that two people do not undo one another.
import { useState } from "preact/hooks";
import { ApiError, call, type Given } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { EmptyPage, ErrorNote, IconButton, NotAllowed } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { mayAdminister } from "../../state/recorder.ts";
import { complain, tell, tellUndoable } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { ArmingSwitch } from "../events/arming-switch.tsx";
import { profileText } from "../events/event-words.ts";
import {
  type ArmingRule,
  type ArmingRules,
  aboutText,
  type Holiday,
  holidayText,
  newHoliday,
  newRule,
  scheduleText,
} from "./arming-words.ts";
import { heldHoliday, withArmingRule, withHoliday } from "./held-versions.ts";
import { HolidayDialog } from "./holiday-dialog.tsx";
import { PlaceForm } from "./place-form.tsx";
import { ArmingRuleDialog } from "./rule-dialog.tsx";

type Change = Given<"PATCH /arming/rules">["body"];

/** Holidays have no id: the same words are the same one. */
const isSame = (left: Holiday, right: Holiday): boolean => JSON.stringify(left) === JSON.stringify(right);

/** What the recorder says where somebody was quicker, for what is seen here before it is asked. */
function changedMeanwhile(): ApiError {
  return new ApiError({ status: 409, title: "Conflict", code: "NJ_ARMING_CHANGED", detail: "" });
}

/** The page. */
export function ArmingPage() {
  const asked = useAnswer(async (signal) => {
    const [rules, arming] = await Promise.all([
      call("GET /arming/rules", { signal }),
      call("GET /arming", { signal }),
    ]);
    return { rules, arming };
  });
  const [rule, setRule] = useState<ArmingRule | undefined>(undefined);
  const [holiday, setHoliday] = useState<Holiday | undefined>(undefined);
  const { answer, error } = asked;
  if (error instanceof ApiError && error.status === 403) return <NotAllowed />;
  if (answer === undefined) return <AwaitedPage title={t("arming.page")} of={asked} />;
  const { rules: view, arming } = answer;
  const mayEdit = mayAdminister.value;
  /** `part` is made of what the recorder has now, and changes that alone; undefined: what it is about is another by now. */
  const change = async (part: (now: ArmingRules) => Change | undefined): Promise<void> => {
    const now = await call("GET /arming/rules", {});
    const body = part(now);
    if (body === undefined) {
      asked.put({ rules: now, arming });
      throw changedMeanwhile();
    }
    const rules = await call("PATCH /arming/rules", { body: { ...body, stamp: now.stamp } });
    asked.put({ rules, arming: await call("GET /arming", {}) });
  };
  const changeSoon = (part: (now: ArmingRules) => Change, done?: () => void): void => {
    change(part).then(
      () => {
        done?.();
        tell(t("io.saved"));
      },
      (thrown: unknown) => {
        complain(thrown);
        asked.load();
      },
    );
  };
  const putRule = (next: ArmingRule) => (now: ArmingRules) => ({
    rules: now.rules.some(({ id }) => id === next.id)
      ? now.rules.map((one) => (one.id === next.id ? next : one))
      : [...now.rules, next],
  });
  const add = (
    <button type="button" class="button primary" onClick={() => setRule(newRule(view.rules))}>
      <Icon name="plus" />
      {t("linkage.add")}
    </button>
  );
  return (
    <div class="list-page">
      <div class="head events-head">
        <h1>{t("arming.page")}</h1>
        <div class="spring" />
        <ArmingSwitch />
        {mayEdit && view.rules.length > 0 ? add : null}
      </div>
      {error === undefined ? null : (
        <div class="awaited">
          <ErrorNote error={error} onRetry={asked.retry} />
        </div>
      )}
      {view.rules.length === 0 ? (
        <EmptyPage icon="moon" title={t("arming.none")} text={t("arming.none.text")}>
          {mayEdit ? add : null}
        </EmptyPage>
      ) : (
        <div class="table-box">
          <table class="linkage-table">
            <thead>
              <tr>
                <th scope="col">{t("linkage.on")}</th>
                <th scope="col">{t("linkage.rule")}</th>
                <th scope="col" class="when">
                  {t("arming.when")}
                </th>
                <th scope="col">
                  <span class="unseen">{t("linkage.change")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {view.rules.map((one) => {
                const isArmed = arming.rules.find(({ id }) => id === one.id)?.armed;
                const named = one.profiles ?? [];
                const profiles = view.profiles.filter(({ id }) => named.includes(id)).map(profileText);
                const when = [scheduleText(one.schedule), ...profiles].join(" · ");
                return (
                  <tr key={one.id} class={one.enabled === false ? "off" : ""}>
                    <td>
                      <input
                        type="checkbox"
                        class="linkage-switch"
                        aria-label={t("linkage.enabled", { name: one.name })}
                        disabled={!mayEdit}
                        checked={one.enabled !== false}
                        onChange={({ currentTarget: { checked: enabled } }) =>
                          changeSoon((now) => ({
                            rules: now.rules.map((each) =>
                              each.id === one.id ? { ...each, enabled } : each,
                            ),
                          }))
                        }
                      />
                    </td>
                    <td>
                      <strong>{one.name}</strong>
                      <small>{aboutText(one)}</small>
                      <small class="does-line">{when}</small>
                      {isArmed === undefined ? null : (
                        <small>{t(isArmed ? "arming.now.on" : "arming.now.off")}</small>
                      )}
                    </td>
                    <td class="when">{when}</td>
                    <td>
                      {mayEdit ? (
                        <div class="row-actions">
                          <IconButton
                            icon="edit"
                            label={t("linkage.edit", { name: one.name })}
                            onClick={() => setRule(one)}
                          />
                          <IconButton
                            icon="remove"
                            label={t("linkage.remove", { name: one.name })}
                            onClick={() => {
                              change((now) => ({ rules: now.rules.filter(({ id }) => id !== one.id) })).then(
                                () =>
                                  tellUndoable(t("arming.removed", { name: one.name }), () =>
                                    changeSoon(putRule(one)),
                                  ),
                                complain,
                              );
                            }}
                          />
                        </div>
                      ) : null}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <section class="arming-section">
        <div class="section-head">
          <h2>{t("week.holiday")}</h2>
          {mayEdit ? (
            <button type="button" class="button" onClick={() => setHoliday(newHoliday())}>
              <Icon name="plus" />
              {t("arming.holiday.add")}
            </button>
          ) : null}
        </div>
        <p class="muted">{t("arming.holiday.hint")}</p>
        <ul class="arming-holidays">
          {view.holidays.map((one, at) => (
            <li key={`${at} ${one.name}`} class={one.enabled === false ? "off" : ""}>
              <strong>{one.name}</strong> <span class="muted">{holidayText(one)}</span>
              <span class="spring" />
              {mayEdit ? (
                <>
                  <IconButton
                    icon="edit"
                    label={t("linkage.edit", { name: one.name })}
                    onClick={() => setHoliday(one)}
                  />
                  <IconButton
                    icon="remove"
                    label={t("linkage.remove", { name: one.name })}
                    onClick={() =>
                      changeSoon((now) => ({ holidays: now.holidays.filter((each) => !isSame(each, one)) }))
                    }
                  />
                </>
              ) : null}
            </li>
          ))}
        </ul>
      </section>
      <section class="arming-section">
        <h2>{t("arming.place")}</h2>
        <p class="muted">{t("arming.place.hint")}</p>
        <PlaceForm
          place={view.place}
          mayEdit={mayEdit}
          onSave={(place, done) => changeSoon(() => ({ place: place ?? null }), done)}
        />
      </section>
      {rule === undefined ? null : (
        <ArmingRuleDialog
          rule={view.rules.find(({ id }) => id === rule.id) ?? rule}
          isNew={!view.rules.some(({ id }) => id === rule.id)}
          profiles={view.profiles}
          onSave={(next) =>
            change((now) => {
              const held = view.rules.find(({ id }) => id === rule.id);
              const rules = withArmingRule(now.rules, held, next, newRule(now.rules).id);
              return rules === undefined ? undefined : { rules };
            })
          }
          onClose={() => setRule(undefined)}
        />
      )}
      {holiday === undefined ? null : (
        <HolidayDialog
          opened={holiday}
          holiday={heldHoliday(view.holidays, holiday) ?? holiday}
          isNew={heldHoliday(view.holidays, holiday) === undefined}
          onSave={(next) =>
            change((now) => {
              const holidays = withHoliday(now.holidays, heldHoliday(view.holidays, holiday), next);
              return holidays === undefined ? undefined : { holidays };
            })
          }
          onClose={() => setHoliday(undefined)}
        />
      )}
    </div>
  );
}
