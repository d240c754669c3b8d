// The account at the end of the bar: who is signed in, theme, language, zone of times, password, second factor,
// sessions and API tokens, signing out.
import { useEffect, useRef, useState } from "preact/hooks";
import { LANGUAGE_NAMES, LANGUAGES, language, t } from "../locale/messages.ts";
import { CheckField, SelectField } from "../parts/controls.tsx";
import { followLink, href } from "../router.ts";
import { muteSounds, soundsMuted } from "../state/alarm-sounds.ts";
import { chooseLanguage, singleKeys, theme, zoneChoice } from "../state/preferences.ts";
import { recorderZone, session, signOut } from "../state/recorder.ts";
import { ROLE_TEXT } from "../state/roles.ts";
import { PasswordDialog } from "./password-dialog.tsx";
import { SecondFactorDialog } from "./second-factor-dialog.tsx";
import { StreamPasswordsDialog } from "./stream-passwords-dialog.tsx";

/** The round button and its menu. */
export function AccountMenu() {
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState(false);
  const [factor, setFactor] = useState(false);
  const [streams, setStreams] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  /** Behind a dialog no menu stays open; when the dialog is done, focus is on the account again. */
  const opens = (show: (open: boolean) => void) => () => {
    setOpen(false);
    show(true);
  };
  const closes = (show: (open: boolean) => void) => () => {
    show(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const shut = (event: Event): void => {
      if (
        event instanceof KeyboardEvent ? event.key === "Escape" : !box.current?.contains(event.target as Node)
      ) {
        setOpen(false);
        if (event instanceof KeyboardEvent) button.current?.focus();
      }
    };
    document.addEventListener("pointerdown", shut);
    document.addEventListener("keydown", shut);
    return () => {
      document.removeEventListener("pointerdown", shut);
      document.removeEventListener("keydown", shut);
    };
  }, [open]);
  const user = session.value?.user;
  if (user === undefined) return null;
  return (
    <div class="account" ref={box}>
      <button
        ref={button}
        type="button"
        class="who"
        aria-label={t("account.label", { name: user.name })}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {user.name.slice(0, 1).toUpperCase()}
      </button>
      {open ? (
        <div class="menu">
          <p class="menu-head">
            <strong>{user.name}</strong>
            <span>{t(ROLE_TEXT[user.role])}</span>
          </p>
          <SelectField
            label={t("account.theme")}
            value={theme.value}
            choices={[
              { value: "dark", text: t("theme.dark") },
              { value: "light", text: t("theme.light") },
              { value: "system", text: t("theme.system") },
            ]}
            onChoose={(value) => {
              theme.value = value;
            }}
          />
          <SelectField
            label={t("account.language")}
            value={language.value}
            choices={LANGUAGES.map((one) => ({ value: one, text: LANGUAGE_NAMES[one] }))}
            onChoose={(value) => void chooseLanguage(value)}
          />
          <SelectField
            label={t("account.zone")}
            value={zoneChoice.value}
            choices={[
              { value: "viewer", text: t("zone.viewer") },
              { value: "recorder", text: t("zone.recorder", { zone: recorderZone.value }) },
            ]}
            onChoose={(value) => {
              zoneChoice.value = value;
            }}
          />
          <CheckField
            label={t("keys.single")}
            checked={singleKeys.value}
            onChange={(checked) => {
              singleKeys.value = checked;
            }}
          />
          <CheckField
            label={t("alarmSound.heard")}
            checked={!soundsMuted.value}
            onChange={(checked) => muteSounds(!checked)}
          />
          <button type="button" class="menu-item" onClick={opens(setPassword)}>
            {t("password.change")}
          </button>
          <button type="button" class="menu-item" onClick={opens(setFactor)}>
            {t("factor.change")}
          </button>
          <a
            class="menu-item"
            href={href("account")}
            onClick={(event) => {
              followLink(event);
              setOpen(false);
            }}
          >
            {t("account.sessions")}
          </a>
          <button type="button" class="menu-item" onClick={opens(setStreams)}>
            {t("streamPasswords.change")}
          </button>
          <button type="button" class="menu-item" onClick={() => void signOut()}>
            {t("account.signOut")}
          </button>
        </div>
      ) : null}
      {password ? <PasswordDialog user={user.name} own onClose={closes(setPassword)} /> : null}
      {streams ? <StreamPasswordsDialog user={user.name} onClose={closes(setStreams)} /> : null}
      {factor ? <SecondFactorDialog user={user.name} onClose={closes(setFactor)} /> : null}
    </div>
  );
}
