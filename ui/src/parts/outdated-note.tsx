// Says in a form that somebody else has changed what it is about since typing began, and offers both: theirs, and what is
// typed. Neither is lost by choosing: what was typed can be put back as long as nothing else is.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import type { Draft } from "../state/use-draft.ts";
import { ErrorNote } from "./controls.tsx";
import { Icon } from "./icon.tsx";

/** What a form hands to its note. */
export type DraftOffers = Pick<Draft<unknown>, "isUnsaved" | "isOutdated" | "keepMine" | "takeTheirs">;

/** The note; nothing as long as nobody has. */
export function OutdatedNote({ of }: { readonly of: DraftOffers }) {
  const { isUnsaved, isOutdated, keepMine, takeTheirs } = of;
  const [putBack, setPutBack] = useState<(() => void) | undefined>(undefined);
  // Typed anew after theirs was taken: what was there before is not put back over that.
  useEffect(() => {
    if (isUnsaved) setPutBack(undefined);
  }, [isUnsaved]);
  if (!isOutdated && (putBack === undefined || isUnsaved)) return null;
  return (
    <div class="settings-note outdated" role="status">
      <Icon name="info" />
      <span>{t(isOutdated ? "draft.outdated" : "draft.takenTheirs")}</span>
      <div class="row-actions">
        {isOutdated ? (
          <>
            <button type="button" class="button" onClick={() => setPutBack(takeTheirs)}>
              {t("draft.takeTheirs")}
            </button>
            <button type="button" class="button" onClick={keepMine}>
              {t("draft.keepMine")}
            </button>
          </>
        ) : (
          <button
            type="button"
            class="button"
            onClick={() => {
              putBack?.();
              setPutBack(undefined);
            }}
          >
            {t("draft.putBack")}
          </button>
        )}
      </div>
    </div>
  );
}

/** Why a form was not saved. That others were quicker the note tells, and once it is settled nothing is wrong any more. */
export function SaveError({ error, of }: { readonly error: unknown; readonly of: DraftOffers }) {
  const told = useRef<unknown>(undefined);
  if (of.isOutdated && error instanceof ApiError && error.code.endsWith("_CHANGED")) told.current = error;
  return error === undefined || error === told.current ? null : <ErrorNote error={error} />;
}
