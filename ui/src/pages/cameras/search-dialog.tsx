// "Search the network": who answers, which of them are cameras of this recorder already, and the way into the form of a new one.
// What devices say of themselves is shown as text and nothing else.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../../api/client.ts";
import type { FoundCamera, SearchAnswer } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { Dialog, EmptyPage, ErrorNote, SkeletonRows } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href, navigate } from "../../router.ts";
import { keepDraft, readDraft } from "../../state/drafts.ts";
import { driverName, usePluginNames } from "../../state/plugin-names.ts";
import { cameras } from "../../state/recorder.ts";
import { EMPTY_FORM, newCameraDraft } from "./camera-form-model.ts";

/** The dialog; it searches as soon as it opens. */
export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<SearchAnswer | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const abort = useRef<AbortController | undefined>(undefined);
  const search = async (): Promise<void> => {
    const mine = new AbortController();
    abort.current = mine;
    setBusy(true);
    setError(undefined);
    try {
      setAnswer(await call("POST /cameras/search", { signal: mine.signal }));
    } catch (thrown) {
      if (thrown instanceof ApiError) setError(thrown);
    }
    if (!mine.signal.aborted) setBusy(false);
  };
  useEffect(() => {
    void search();
    return () => abort.current?.abort();
  }, []);
  return (
    <Dialog title={t("search.title")} onClose={onClose} wide>
      <p class="muted">{t("search.text")}</p>
      {error === undefined ? null : <ErrorNote error={error} />}
      <div aria-live="polite" aria-busy={busy}>
        {busy ? <SkeletonRows rows={3} /> : answer === undefined ? null : <Found answer={answer} />}
      </div>
      <div class="form-foot">
        <button type="button" class="button" disabled={busy} onClick={() => void search()}>
          <Icon name="search" />
          {t(busy ? "search.busy" : "search.again")}
        </button>
        <div class="spring" />
        <button type="button" class="button ghost" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}

function Found({ answer }: { readonly answer: SearchAnswer }) {
  const names = usePluginNames();
  const { found, isCut, problems } = answer;
  return (
    <>
      {problems.map(({ driver, displayName, code, message }) => (
        <p key={driver} class="warn-text">
          {`${driverName(names, driver, displayName)}: ${problemLine({ code, sentence: message })}`}
        </p>
      ))}
      {found.length === 0 ? (
        <EmptyPage icon="search" title={t("search.none")} text={t("search.none.text")} />
      ) : (
        <ul class="offers found-cameras" aria-label={t("search.found", { count: found.length })}>
          {found.map((camera) => (
            <FoundRow
              key={`${camera.driver}/${camera.address}`}
              camera={camera}
              by={driverName(names, camera.driver, camera.displayName)}
            />
          ))}
        </ul>
      )}
      {isCut ? <p class="warn-text">{t("search.cut", { count: found.length })}</p> : null}
    </>
  );
}

function FoundRow({ camera, by }: { readonly camera: FoundCamera; readonly by: string }) {
  const { address, name, maker, hardware, location } = camera;
  const known = cameras.value?.find(({ id }) => id === camera.camera);
  const model = [maker, hardware].filter((text) => text !== undefined).join(" ");
  const facts = [name === undefined ? undefined : address, model, location, by].filter((text) => text);
  const title = name ?? address;
  return (
    <li class="offer">
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        <p class="muted">{facts.join(" · ")}</p>
      </div>
      {camera.camera === undefined ? (
        <button
          type="button"
          class="button"
          aria-label={t("search.add.name", { name: title })}
          onClick={() => void toForm(camera)}
        >
          <Icon name="plus" />
          {t("search.add")}
        </button>
      ) : (
        <span class="good-line">
          <Icon name="check" />
          {t("search.known")}{" "}
          <a href={href(`cameras/${camera.camera}`)} onClick={followLink}>
            {known?.name ?? camera.camera}
          </a>
        </span>
      )}
    </li>
  );
}

/** Opens the form with what is known of it, as if it had been typed; nothing is kept before it is saved there. */
async function toForm({ address, driver, config, name, hardware }: FoundCamera): Promise<void> {
  const proposed = await call("GET /settings").then(
    ({ newCameras: { audio, retentionDays } }) => ({ audio, retentionDays: String(retentionDays ?? "") }),
    () => ({}),
  );
  const value = {
    ...{ ...EMPTY_FORM, ...proposed, driver },
    name: name ?? hardware ?? "",
    ...(config["url"] === undefined ? {} : { way: "url" as const, url: config["url"] }),
    texts: config,
  };
  // A form of its own: one for another new camera may be begun, and so may this one.
  const draft = newCameraDraft(address);
  if (readDraft(draft, { base: "", value: EMPTY_FORM }) === undefined)
    keepDraft(draft, { base: JSON.stringify(EMPTY_FORM), value });
  navigate("cameras/new", { found: address });
}
