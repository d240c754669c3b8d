// The port of HTTPS as a part of a sentence.
import { t } from "../../locale/messages.ts";
import { status } from "../../state/recorder.ts";

/** The port that is open; else the one that is set, which may be any that is free (0). */
export function httpsPortText(set: number): string {
  const open = status.value?.ports?.find(({ kind }) => kind === "https")?.port;
  const port = open ?? set;
  return port === 0 ? t("ports.anyFree") : t("ports.one", { port });
}
