// Whether this screen is a wall, at the head of the live page: its name and line, and the form that gives or takes the name.
import { useState } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { Dialog, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Icon } from "../../parts/icon.tsx";
import { allowSound } from "../../state/alarm-sounds.ts";
import { wallName } from "../../state/preferences.ts";
import { wallLine, wallNameOf } from "../../state/wall.ts";

/** Longest name that the recorder takes. */
const LONGEST = 40;

export function WallButton() {
  const [isOpen, setOpen] = useState(false);
  const name = wallName.value;
  const isLost = name !== undefined && wallLine.value === "lost";
  const label = name === undefined ? t("wall.use") : t(isLost ? "wall.lost" : "wall.is", { name });
  return (
    <>
      <button
        type="button"
        class={`button ghost wall-button${isLost ? " warn-text" : ""}`}
        aria-pressed={name !== undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
      >
        <Icon name={isLost ? "warning" : "wall"} />
        <span class="wide-only">{name ?? t("wall.button")}</span>
      </button>
      {isOpen ? <WallDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function WallDialog({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState(wallName.value ?? "");
  const name = wallNameOf(text);
  return (
    <Dialog title={t("wall.use")} onClose={onClose}>
      <form
        class="wall-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name === undefined) return;
          wallName.value = name;
          // This click is one that lets sounds be heard later on. Without WebAudio the bar says so when there is one.
          allowSound().catch(() => undefined);
          onClose();
        }}
      >
        <p>{t("wall.text")}</p>
        <TextField
          label={t("wall.name")}
          hint={t("wall.name.hint")}
          value={text}
          onInput={(value) => setText(value.slice(0, LONGEST))}
          focus
          required
        />
        {wallName.value === undefined ? null : (
          <p>
            <button
              type="button"
              class="button"
              onClick={() => {
                wallName.value = undefined;
                onClose();
              }}
            >
              {t("wall.stop")}
            </button>
          </p>
        )}
        <DialogFoot text={t("save")} onCancel={onClose} disabled={name === undefined} />
      </form>
    </Dialog>
  );
}
