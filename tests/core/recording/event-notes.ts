// An event sink that only notes what it was told: what of cameras and volumes becomes events is tried there, how events are
// put together with the engine.
import type { EventReport } from "../../../core/domain/alarm-event.ts";
import type { EventSink } from "../../../core/recording/recorder-events.ts";

export interface EventNotes {
  readonly sink: EventSink;
  /** What goes on, by type and what it is about. */
  readonly open: Map<string, EventReport>;
  /** `begin …` and `end …`, in order. */
  readonly acts: string[];
}

export function eventNotes(): EventNotes {
  const open = new Map<string, EventReport>();
  const acts: string[] = [];
  const nameOf = ({ type, camera, subject }: EventReport) => `${type} ${camera ?? subject ?? ""}`;
  const close = (name: string) => {
    if (open.delete(name)) acts.push(`end ${name}`);
  };
  return {
    open,
    acts,
    sink: {
      report(report) {
        if (!open.has(nameOf(report))) acts.push(`begin ${nameOf(report)}`);
        open.set(nameOf(report), report);
      },
      end: (report) => close(nameOf(report)),
      forgetCamera(camera) {
        for (const [name, report] of open) if (report.camera === camera) close(name);
      },
      forgetOld: async () => undefined,
    },
  };
}
