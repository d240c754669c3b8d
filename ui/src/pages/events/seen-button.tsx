// Opens an event's picture with what was seen in it. What shows it comes when it is first opened; where nothing has a place in
// the picture there is no button.
import { useState } from "preact/hooks";
import type { RecordedEvent } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { lazyPart } from "../../parts/lazy-page.tsx";
import { placedObjects } from "./seen-marks.ts";

const SeenDialog = lazyPart(async () => (await import("./seen-dialog.tsx")).SeenDialog);

export function SeenButton({ event, camera }: { readonly event: RecordedEvent; readonly camera: string }) {
  const [isOpen, setOpen] = useState(false);
  if (placedObjects(event).length === 0) return null;
  return (
    <>
      <button
        type="button"
        class="button ghost"
        aria-haspopup="dialog"
        title={t("events.picture.hint")}
        onClick={() => setOpen(true)}
      >
        <Icon name="snapshot" />
        {t("events.picture")}
      </button>
      {isOpen ? <SeenDialog event={event} camera={camera} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
