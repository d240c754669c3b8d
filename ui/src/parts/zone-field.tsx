// The choice of a time zone, which says when the viewer's own is another one.
import { t } from "../locale/messages.ts";
import { SelectField } from "./controls.tsx";

/** The viewer's own time zone. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The field. A zone that this browser does not know is offered as long as it is chosen. */
export function ZoneField(props: {
  readonly value: string;
  readonly onChoose: (zone: string) => void;
  readonly hint?: string;
}) {
  const own = ownZone();
  const zones = [...new Set([own, props.value, "UTC", ...Intl.supportedValuesOf("timeZone")])].sort();
  const other = props.value === own ? "" : t("zone.own", { zone: own.replaceAll("_", " ") });
  return (
    <SelectField
      label={t("wizard.zone")}
      value={props.value}
      choices={zones.map((one) => ({ value: one, text: one.replaceAll("_", " ") }))}
      onChoose={props.onChoose}
      hint={[props.hint ?? "", other].filter((text) => text !== "").join(" ")}
    />
  );
}
