// How long recordings are kept, in words: bounded, rounded, and honest where it is not known.
import type { CameraForecast } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";

/** What goes further is only said to go further. */
const MANY_DAYS = 3_650;

/** "12 days", "9 hours": as fine as a measured rate allows. */
export function daysText(days: number): string {
  if (days >= MANY_DAYS) return t("storage.years");
  if (days < 1) return t("storage.hours", { count: Math.max(1, Math.round(days * 24)) });
  return t("cameras.days", { count: days < 3 ? Math.round(days * 10) / 10 : Math.round(days) });
}

/** "keeps about 12 days", and what ends it; `hasRoom`: a volume is in order. */
export function forecastText(forecast: CameraForecast | undefined, hasRoom: boolean): string {
  if (forecast === undefined) return t("storage.notRecorded");
  if (forecast.keepsDays === undefined) return t(hasRoom ? "storage.unknown" : "storage.noVolume");
  const days = daysText(forecast.keepsDays);
  switch (forecast.limit) {
    case "days":
      return t("storage.keepsDays", { days });
    case "quota":
      return t("storage.keepsQuota", { days });
    case "full":
      return t("storage.keepsFull", { days });
    default:
      return t("storage.keepsSpace", { days });
  }
}
