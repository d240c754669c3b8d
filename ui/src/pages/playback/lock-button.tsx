// Locks the marked range against deletion, or the file under the playhead where nothing is marked, and unlocks it again.
import type { ReadonlySignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { StreamName } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { clockTime } from "../../state/time-format.ts";
import { complain, tell } from "../../state/toasts.ts";
import { zone } from "../../state/zone.ts";
import type { CoverageStore } from "../../timeline/coverage-store.ts";
import type { Span } from "../../timeline/geometry.ts";
import { lockState } from "../../timeline/lock-state.ts";

const DAY_MS = 86_400_000;

/** One button, or both where a part of the range is locked. */
export function LockButton(props: {
  readonly camera: string;
  readonly stream: StreamName;
  readonly store: CoverageStore;
  readonly marked: ReadonlySignal<Span | undefined>;
  readonly playheadMs: ReadonlySignal<number | undefined>;
}) {
  const [busy, setBusy] = useState(false);
  const marked = props.marked.value;
  const at = props.playheadMs.value;
  const range = marked ?? (at === undefined ? undefined : { startMs: at, endMs: at + 1 });
  if (range === undefined) return null;
  const state = lockState(props.store.lanes.value.get(props.camera), range);
  const isTooLong = range.endMs - range.startMs > DAY_MS;

  const change = async (lock: boolean): Promise<void> => {
    setBusy(true);
    const query = {
      start: new Date(range.startMs).toISOString(),
      // A moment at least: the playhead stands between two milliseconds.
      end: new Date(Math.max(range.endMs, Math.floor(range.startMs) + 1)).toISOString(),
      stream: props.stream,
    };
    const operation = lock ? "PUT /cameras/{id}/recordings/lock" : "DELETE /cameras/{id}/recordings/lock";
    try {
      const done = await call(operation, { path: { id: props.camera }, query });
      if (done.start !== undefined && done.end !== undefined) {
        tell(
          t(lock ? "lock.locked" : "lock.unlocked", {
            from: clockTime(Date.parse(done.start), zone.value),
            to: clockTime(Date.parse(done.end), zone.value),
          }),
        );
      }
      if (lock && done.growing) tell(t("lock.growing"));
      else if (done.files === 0) tell(t("lock.nothing"));
      props.store.refresh();
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  };

  const button = (lock: boolean) => {
    const file: MessageKey = lock ? "lock.lockFile" : "lock.unlockFile";
    const whole: MessageKey = lock ? "lock.lockRange" : "lock.unlockRange";
    const label = isTooLong ? t("lock.tooLong") : t(marked === undefined ? file : whole);
    return (
      <button
        type="button"
        class="button"
        title={label}
        aria-label={label}
        aria-busy={busy}
        disabled={busy || isTooLong}
        onClick={() => void change(lock)}
      >
        <Icon name={lock ? "lock" : "unlock"} />
        {t(lock ? "lock.lock" : "lock.unlock")}
      </button>
    );
  };
  return (
    <>
      {state === "all" ? null : button(true)}
      {state === "none" ? null : button(false)}
    </>
  );
}
