// The choice of language at the doors, where nobody has a menu yet: each language by its own name.
import { LANGUAGE_NAMES, LANGUAGES, language, t } from "../locale/messages.ts";
import { chooseLanguage } from "../state/preferences.ts";

export function LanguageSelect() {
  return (
    <select
      class="inline-select"
      aria-label={t("account.language")}
      value={language.value}
      onChange={(event) => {
        const wanted = LANGUAGES.find((one) => one === event.currentTarget.value);
        if (wanted !== undefined) void chooseLanguage(wanted);
      }}
    >
      {LANGUAGES.map((one) => (
        <option key={one} value={one}>
          {LANGUAGE_NAMES[one]}
        </option>
      ))}
    </select>
  );
}
