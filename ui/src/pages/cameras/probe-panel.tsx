// "Test": connects to the camera once and shows its picture before anything is saved. Can be cancelled.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, addressOf, call } from "../../api/client.ts";
import type { ProbeAnswer } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { rateText } from "../../state/time-format.ts";

/** The picture's place, the button, and what the camera answered. */
export function ProbePanel(props: {
  readonly ready: boolean;
  readonly driver: string;
  /** The camera that is being changed: its stored secrets are used where none is given. */
  readonly camera?: string | undefined;
  readonly config: () => Record<string, unknown>;
}) {
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<ProbeAnswer | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  // Of a camera that is there its picture of now, until another one is tested; undefined: it sends none.
  const [now, setNow] = useState(() =>
    props.camera === undefined
      ? undefined
      : addressOf("GET /cameras/{id}/snapshot.jpg", { path: { id: props.camera }, query: { width: 640 } }),
  );
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const test = async (): Promise<void> => {
    const mine = new AbortController();
    abort.current = mine;
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    try {
      const { driver, camera } = props;
      const request = { driver, config: props.config(), ...(camera === undefined ? {} : { camera }) };
      setAnswer(await call("POST /cameras/probe", { body: request, signal: mine.signal }));
    } catch (thrown) {
      if (thrown instanceof ApiError) setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="probe" aria-label={t("probe.label")}>
      <div class={`probe-picture${busy ? " skeleton" : ""}`}>
        {answer?.picture !== undefined ? (
          <img src={answer.picture} alt={t("probe.picture")} />
        ) : now !== undefined && !busy ? (
          <img src={now} alt={t("probe.picture")} onError={() => setNow(undefined)} />
        ) : (
          <p class="muted">{busy ? t("probe.busy") : t("probe.nothing")}</p>
        )}
      </div>
      {answer === undefined && now !== undefined && !busy ? <p class="muted">{t("probe.now")}</p> : null}
      {answer === undefined ? null : (
        <p class="probe-facts" role="status">
          <Icon name="check" />
          {[
            answer.video.codec,
            `${answer.video.width}×${answer.video.height}`,
            answer.video.frameRate === undefined
              ? undefined
              : t("figures.rate", { rate: Math.round(answer.video.frameRate) }),
            answer.bitrateKbps > 0 ? rateText(answer.bitrateKbps) : undefined,
            answer.transport.toUpperCase(),
            answer.audio === undefined ? t("probe.noSound") : t("probe.sound", { codec: answer.audio.codec }),
          ]
            .filter((part) => part !== undefined)
            .join(" · ")}
        </p>
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
      {busy ? (
        <button type="button" class="button" onClick={() => abort.current?.abort()}>
          {t("cancel")}
        </button>
      ) : (
        <button type="button" class="button" disabled={!props.ready} onClick={() => void test()}>
          <Icon name="play" />
          {t("probe.test")}
        </button>
      )}
    </section>
  );
}
