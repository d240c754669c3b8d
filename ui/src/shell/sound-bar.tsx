// What rings because of events, in sight on every page: for those who cannot hear, and where the browser lets nothing be
// heard. Silenced, muted and allowed here.
import { t } from "../locale/messages.ts";
import { eventText } from "../pages/events/event-words.ts";
import { IconButton } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import {
  allowSound,
  muteSounds,
  ringing,
  silence,
  soundBlocked,
  soundsMuted,
} from "../state/alarm-sounds.ts";
import { cameras } from "../state/recorder.ts";
import { complain } from "../state/toasts.ts";

/** Nothing while nothing rings. */
export function SoundBar() {
  const [newest] = ringing.value;
  if (newest === undefined) return null;
  const more = ringing.value.length - 1;
  return (
    <div class="sound-bar" role="alert">
      <Icon name={soundsMuted.value ? "muted" : "sound"} size={18} />
      <p>
        <strong>{soundText(newest)}</strong>
        {more > 0 ? <span class="muted">{t("alarmSound.more", { count: more })}</span> : null}
        {soundsMuted.value ? <span class="muted">{t("alarmSound.muted")}</span> : null}
        {soundBlocked.value ? <span class="muted">{t("alarmSound.blocked")}</span> : null}
      </p>
      <SoundButtons />
    </div>
  );
}

/** What can be done while something rings. */
export function SoundButtons() {
  if (ringing.value.length === 0) return null;
  return (
    <>
      {soundBlocked.value ? (
        <button type="button" class="button primary" onClick={() => void allowSound().catch(complain)}>
          {t("alarmSound.allow")}
        </button>
      ) : null}
      <button type="button" class="button" onClick={silence}>
        {t("alarmSound.silence")}
      </button>
      {soundsMuted.value ? null : (
        <IconButton icon="muted" label={t("alarmSound.mute")} onClick={() => muteSounds(true)} />
      )}
    </>
  );
}

/** In the bar on top: whether sounds of alarms are heard in this browser. */
export function MuteButton() {
  const label = t(soundsMuted.value ? "alarmSound.unmute" : "alarmSound.mute");
  return (
    <button
      type="button"
      class="icon-button wide-only"
      aria-label={label}
      title={label}
      aria-pressed={soundsMuted.value}
      onClick={() => muteSounds(!soundsMuted.value)}
    >
      <Icon name={soundsMuted.value ? "muted" : "sound"} size={18} />
    </button>
  );
}

function soundText({ type, camera, isTest }: (typeof ringing.value)[number]): string {
  if (type === undefined) return t("alarmSound.some");
  const what = isTest ? t("popup.test") : eventText(type);
  const name =
    camera === undefined ? undefined : (cameras.value?.find(({ id }) => id === camera)?.name ?? camera);
  return name === undefined ? what : `${what} · ${name}`;
}
