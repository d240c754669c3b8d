// The foot of a step of the first run: on, back, or leave it for later; and what went wrong with it.
import { useState } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { complain } from "../../state/toasts.ts";

/** Runs an action of a step; keeps the error for show. */
export function useAction(): {
  readonly busy: boolean;
  readonly error: unknown;
  readonly run: (action: () => Promise<void>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    busy,
    error,
    run: (action) => {
      setBusy(true);
      setError(undefined);
      action()
        .catch(setError)
        .finally(() => setBusy(false));
    },
  };
}

/** The buttons. */
export function Foot(props: {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onNext: () => void;
  readonly text: string;
  readonly disabled?: boolean;
  readonly onBack?: () => Promise<void>;
  readonly onSkip?: () => Promise<void>;
}) {
  const { onBack, onSkip } = props;
  return (
    <>
      {props.error === undefined ? null : <ErrorNote error={props.error} />}
      <div class="form-foot">
        {onBack === undefined ? null : (
          <button type="button" class="button ghost" onClick={() => void onBack().catch(complain)}>
            {t("back")}
          </button>
        )}
        <span class="spring" />
        {onSkip === undefined ? null : (
          <button type="button" class="button ghost" onClick={() => void onSkip().catch(complain)}>
            {t("wizard.skip")}
          </button>
        )}
        <button
          type="button"
          class="button primary"
          disabled={props.busy || props.disabled === true}
          onClick={props.onNext}
        >
          {props.text}
        </button>
      </div>
    </>
  );
}
