// The zone in which this viewer reads times: their own or the recorder's.
import { computed } from "@preact/signals";
import { zoneChoice } from "./preferences.ts";
import { recorderZone } from "./recorder.ts";

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** An IANA zone name. */
export const zone = computed(() => (zoneChoice.value === "recorder" ? recorderZone.value : OWN));
