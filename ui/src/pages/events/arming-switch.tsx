// The arming profile in force, and for those who may the switch to another one.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { session } from "../../state/recorder.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { profileText } from "./event-words.ts";

export function ArmingSwitch() {
  const arming = useAnswer((signal) => call("GET /arming", { signal }));
  const [busy, setBusy] = useState(false);
  const { answer } = arming;
  if (answer === undefined) return null;
  const mayArm = session.value?.rights.includes("arming.set") === true;
  const choose = (profile: string): void => {
    setBusy(true);
    call("PUT /arming", { body: { profile } })
      .then((next) => {
        arming.put(next);
        const chosen = next.profiles.find(({ id }) => id === next.profile);
        if (chosen !== undefined) tell(t("arming.set", { name: profileText(chosen) }));
      })
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <label class="arming-switch">
      <span class="muted">{t("arming.label")}</span>
      <select
        class="text-input"
        value={answer.profile}
        disabled={!mayArm || busy}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {answer.profiles.map((profile) => (
          <option key={profile.id} value={profile.id}>
            {profileText(profile)}
          </option>
        ))}
      </select>
    </label>
  );
}
