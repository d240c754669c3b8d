// Recording & storage: the choice of another disk, for administrators. What cannot be chosen is set in config.json.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Storage } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { DiskChoice } from "./disk-choice.tsx";

/** The section. */
export function DiskSection(props: {
  readonly storage: Storage;
  readonly onChanged: (storage: Storage) => void;
}) {
  const { configFile, volumes } = props.storage;
  // Asked again when volumes are others, or one of them comes or goes.
  const told = volumes.map(({ id, status }) => `${id} ${status}`).join();
  const asked = useAnswer((signal) => call("GET /storage/places", { signal }), [told]);
  const places = asked.answer?.places ?? [];
  const present = places.find(({ volume }) => volume === "first");
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const wanted = places.find(({ id }) => id === (chosen ?? present?.id));
  const choose = async (): Promise<void> => {
    if (wanted === undefined) return;
    setBusy(true);
    try {
      props.onChanged(await call("POST /storage/volumes", { body: { place: wanted.id } }));
      setChosen(undefined);
      tell(t("storage.disks.done", { place: wanted.mountPoint }));
    } finally {
      setBusy(false);
      asked.load();
    }
  };
  return (
    <section class="page-note disk-section">
      <h2>{t("storage.disks")}</h2>
      <p class="muted">{t("storage.disks.text")}</p>
      <Awaited of={asked} rows={2} />
      <DiskChoice places={places} value={wanted?.id} onChoose={setChosen} />
      {wanted === undefined || wanted.id === present?.id ? null : (
        <button
          type="button"
          class="button primary"
          disabled={busy}
          onClick={() => void choose().catch(complain)}
        >
          {t("storage.disks.choose")}
        </button>
      )}
      <details>
        <summary>{t("storage.folders")}</summary>
        <p class="muted">{t("storage.disks.more")}</p>
        {configFile === undefined ? null : (
          <>
            <p>
              <code>{configFile}</code>
            </p>
            <pre class="snippet">
              {`"storage": {\n  "volumes": [\n    { "path": "volumes/default" },\n    { "path": "/mnt/video", "reserveBytes": 50000000000 }\n  ]\n}`}
            </pre>
          </>
        )}
      </details>
    </section>
  );
}
