// The disks of the recorder that recordings can go to, as cards of which one is chosen: free space, what else lies there, and
// why one cannot be used.
import type { StoragePlace } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { problemText } from "../../locale/problem-text.ts";
import { sizeText } from "../../state/time-format.ts";

/** What a disk is called. */
export function diskName(place: StoragePlace): string {
  return place.holdsData ? t("storage.disk.data", { place: place.mountPoint }) : place.mountPoint;
}

/** The cards. */
export function DiskChoice(props: {
  readonly places: readonly StoragePlace[];
  /** Id of the chosen one. */
  readonly value: string | undefined;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <fieldset class="disks">
      <legend class="unseen">{t("wizard.storage.disk")}</legend>
      {props.places.map((place) => (
        <label key={place.id} class={`disk${place.id === props.value ? " chosen" : ""}`}>
          <input
            type="radio"
            name="disk"
            value={place.id}
            checked={place.id === props.value}
            disabled={place.problem !== undefined}
            onChange={() => props.onChoose(place.id)}
          />
          <span>
            <strong>{diskName(place)}</strong>
            <DiskFacts place={place} />
            <DiskProblem place={place} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function DiskFacts({ place }: { readonly place: StoragePlace }) {
  const { totalBytes, freeBytes } = place;
  const facts = [
    ...(totalBytes === undefined || freeBytes === undefined
      ? []
      : [t("system.free", { free: sizeText(freeBytes), total: sizeText(totalBytes) })]),
    place.fileSystem,
    ...(place.isSystem ? [t("storage.disk.system")] : []),
    ...(place.volume === undefined
      ? []
      : [t(place.volume === "first" ? "storage.disk.first" : "storage.disk.later")]),
  ];
  return (
    <small>
      {facts.join(" · ")}
      {place.isRecommended ? <em class="disk-best">{t("storage.disk.recommended")}</em> : null}
    </small>
  );
}

function DiskProblem({ place }: { readonly place: StoragePlace }) {
  if (place.problem === undefined) return null;
  const { code, context, message } = place.problem;
  const { text, detail } = problemText({ code, context, sentence: message });
  return (
    <small class="bad-text">
      {text} {detail}
    </small>
  );
}
