// An event's picture at a size at which one sees something: what was seen in its box, and the way that it took. Of several
// objects one is chosen, and shown at its best moment. What the event was when it was opened is shown: it may go on.
import { useEffect, useState } from "preact/hooks";
import type { RecordedEvent } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog } from "../../parts/controls.tsx";
import { momentText, utcText } from "../../state/moment-text.ts";
import { type FoundPicture, foundPicture } from "./event-picture.tsx";
import { eventText } from "./event-words.ts";
import { objectText } from "./object-words.ts";
import { SeenLayer, seenColour } from "./seen-layer.tsx";
import { pictureMoment, placedObjects, seenMarks } from "./seen-marks.ts";

const WIDTH = 960;

export function SeenDialog(props: {
  readonly event: RecordedEvent;
  readonly camera: string;
  readonly onClose: () => void;
}) {
  const { camera } = props;
  const [event] = useState(props.event);
  const [chosen, setChosen] = useState(0);
  const objects = placedObjects(event);
  const shown = objects[chosen];
  if (shown === undefined) return null;
  const at = pictureMoment(event, shown);
  return (
    <Dialog title={`${eventText(event.type)}, ${momentText(event.start)}`} onClose={props.onClose} large>
      {objects.length < 2 ? null : (
        <fieldset class="seen-choices">
          <legend class="unseen">{t("events.object.shown")}</legend>
          {objects.map(({ class: name, score, track }, index) => (
            <button
              key={`${name}/${track ?? ""}`}
              type="button"
              aria-pressed={index === chosen}
              onClick={() => setChosen(index)}
            >
              <span class={`seen-colour ${seenColour(index)}`} />
              {objectText(name)} {Math.round(score * 100)} %
            </button>
          ))}
        </fieldset>
      )}
      <SeenPicture key={at} camera={camera} at={at} marks={seenMarks(event, shown)} />
      <p class="muted" title={utcText(at)}>
        {momentText(at)}
      </p>
    </Dialog>
  );
}

function SeenPicture(props: {
  readonly camera: string;
  readonly at: string;
  readonly marks: ReturnType<typeof seenMarks>;
}) {
  const { camera, at, marks } = props;
  const [picture, setPicture] = useState<FoundPicture | "asked" | "none">("asked");
  useEffect(() => {
    let isGone = false;
    void foundPicture({ camera, at, width: WIDTH, exact: true }, () => isGone).then((found) => {
      if (!isGone) setPicture(found ?? "none");
    });
    return () => {
      isGone = true;
    };
  }, [camera, at]);
  // The layer lies on the picture alone: there are no bars beside it that boxes could stand on.
  const ratio = typeof picture === "string" ? 16 / 9 : picture.width / picture.height;
  return (
    <div class="seen-picture" style={{ "--ratio": ratio }} aria-busy={picture === "asked"}>
      {typeof picture === "string" ? null : <img src={picture.address} alt="" />}
      {picture === "none" ? <p class="muted">{t("events.picture.none")}</p> : null}
      <SeenLayer marks={marks} />
    </div>
  );
}
