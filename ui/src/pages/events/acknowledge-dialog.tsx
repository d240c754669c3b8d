// Says that somebody has seen an event, with a note.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { RecordedEvent } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { momentText } from "../../state/moment-text.ts";
import { useDraft } from "../../state/use-draft.ts";
import { eventText } from "./event-words.ts";

export function AcknowledgeDialog(props: {
  readonly event: RecordedEvent;
  readonly onDone: (event: RecordedEvent) => void;
  readonly onClose: () => void;
}) {
  const { event } = props;
  const told = { note: event.acknowledged?.note ?? "" };
  const form = useDraft(`acknowledge.${event.id}`, told);
  const { note } = form.value;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = (submitted: SubmitEvent): void => {
    submitted.preventDefault();
    setBusy(true);
    setError(undefined);
    call("POST /events/{event}/acknowledge", { path: { event: event.id }, body: { note: note.trim() } })
      .then((changed) => {
        form.settle(form.value);
        props.onDone(changed);
      })
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog title={t("events.acknowledge.title")} onClose={props.onClose}>
      <form onSubmit={send}>
        <p class="muted">
          {eventText(event.type)}, {momentText(event.start)}
        </p>
        <TextField
          label={t("events.note")}
          hint={t("events.note.hint")}
          value={note}
          onInput={(typed) => form.put({ note: typed })}
          focus
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("events.acknowledge")}
          onCancel={() => {
            form.settle(told);
            props.onClose();
          }}
          disabled={busy || note.length > 500}
          draft={form}
        />
      </form>
    </Dialog>
  );
}
