// Another disk lies at the place of a volume's own: what can be done about it, for administrators.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Storage, StorageVolume } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { problemText } from "../../locale/problem-text.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { mayAdminister } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";

/** The button that makes it the volume, or why it cannot be. */
export function ReplacedDisk(props: {
  readonly volume: StorageVolume;
  readonly disk: NonNullable<StorageVolume["replaced"]>;
  readonly onChanged: (storage: Storage) => void;
}) {
  const { volume, disk } = props;
  const [asking, setAsking] = useState(false);
  const { mountPoint, problem } = disk;
  if (problem !== undefined) {
    const { code, context, message } = problem;
    const { text, detail } = problemText({ code, context, sentence: message });
    // That it is another volume's was said already.
    return disk.holds === "foreign" ? null : (
      <p class="bad-text">
        {text} {detail}
      </p>
    );
  }
  if (!mayAdminister.value) return null;
  const use = async (): Promise<void> => {
    const path = { volume: volume.id };
    props.onChanged(await call("POST /storage/volumes/{volume}/disk", { path, body: { place: disk.place } }));
    tell(t("volume.replaced.done", { place: mountPoint }));
  };
  return (
    <p>
      <button type="button" class="button primary" onClick={() => setAsking(true)}>
        {t("volume.replaced.use")}
      </button>
      {asking ? (
        <ConfirmDialog
          title={t("volume.replaced.confirm", { place: mountPoint })}
          word={t("volume.replaced.word")}
          button={t("volume.replaced.use")}
          act={use}
          onClose={() => setAsking(false)}
        >
          {disk.holds === "own" ? <p>{t("volume.replaced.own")}</p> : null}
          <p>{t("volume.replaced.lost")}</p>
        </ConfirmDialog>
      ) : null}
    </p>
  );
}
