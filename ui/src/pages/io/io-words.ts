// The words for alarm inputs and outputs, and what new ones are.
import type { InputSettings, InputView, OutputSettings, OutputView } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";

export const OUTPUT_KIND_TEXT: Readonly<Record<OutputView["kind"], MessageKey>> = {
  virtual: "io.kind.virtual",
  mqtt: "io.kind.mqtt",
  http: "io.kind.http",
  camera: "io.kind.camera",
};
export const INPUT_KIND_TEXT: Readonly<Record<InputView["kind"], MessageKey>> = {
  virtual: "io.kind.virtual",
  mqtt: "io.kind.mqtt",
  http: "io.kind.called",
  camera: "io.kind.camera",
};
export const CONTACT_TEXT: Readonly<Record<InputView["contact"], MessageKey>> = {
  closed: "io.contact.closed",
  open: "io.contact.open",
  unknown: "io.contact.unknown",
};

export const OUTPUT_KIND_HINT: Readonly<Record<OutputView["kind"], MessageKey>> = {
  virtual: "io.output.kind.virtual",
  mqtt: "io.output.kind.mqtt",
  http: "io.output.kind.http",
  camera: "io.output.kind.camera",
};
export const INPUT_KIND_HINT: Readonly<Record<InputView["kind"], MessageKey>> = {
  virtual: "io.input.kind.virtual",
  mqtt: "io.input.kind.mqtt",
  http: "io.input.kind.http",
  camera: "io.input.kind.camera",
};
export const NORMALLY_TEXT: Readonly<
  Record<InputSettings["contact"], { readonly text: MessageKey; readonly hint: MessageKey }>
> = {
  "normally-open": { text: "io.contact.normally-open", hint: "io.contact.normally-open.hint" },
  "normally-closed": { text: "io.contact.normally-closed", hint: "io.contact.normally-closed.hint" },
};

/** Dwells that recorders offer: 5, 10 and 30 seconds, 1, 2, 5 and 10 minutes, and until it is cleared. */
const DWELLS = [5, 10, 30, 60, 120, 300, 600, 0];

/** The dwells to choose from; one that is none of them is offered too. */
export function dwellChoices(now: number): readonly { readonly value: string; readonly text: string }[] {
  const all = DWELLS.includes(now) ? DWELLS : [now, ...DWELLS];
  return all.map((seconds) => ({ value: String(seconds), text: dwellText(seconds) }));
}

/** How long it stays on. */
export function dwellText(seconds: number): string {
  if (seconds === 0) return t("io.dwell.latch");
  return seconds % 60 === 0
    ? t("io.dwell.minutes", { count: seconds / 60 })
    : t("io.dwell.seconds", { count: seconds });
}

function freeNumber(all: readonly { readonly id: string }[], prefix: string): number {
  let number = all.length + 1;
  while (all.some(({ id }) => id === `${prefix}-${number}`)) number += 1;
  return number;
}

export function newOutput(all: readonly OutputSettings[]): OutputSettings {
  const number = freeNumber(all, "output");
  return {
    id: `output-${number}`,
    name: t("io.output.newName", { number }),
    enabled: true,
    driver: { kind: "virtual" },
    dwellSeconds: 5,
  };
}

export function newInput(all: readonly InputSettings[]): InputSettings {
  const number = freeNumber(all, "input");
  return {
    id: `input-${number}`,
    name: t("io.input.newName", { number }),
    enabled: true,
    source: { kind: "virtual" },
    contact: "normally-open",
    holdSeconds: 0,
    use: "alarm",
    cameras: [],
    disarms: [],
  };
}

/** An output that is switched in another way: what has to be known of that is empty. */
export function driverOf(kind: OutputView["kind"]): OutputSettings["driver"] {
  if (kind === "virtual") return { kind };
  if (kind === "mqtt") return { kind, topic: "", on: "ON", off: "OFF" };
  if (kind === "camera") return { kind, camera: "", relay: "" };
  return { kind, on: { method: "GET", url: "" }, off: { method: "GET", url: "" } };
}

/** The same of an input. */
export function sourceOf(kind: InputView["kind"]): InputSettings["source"] {
  if (kind === "camera") return { kind, camera: "", input: "" };
  return kind === "mqtt" ? { kind, topic: "", closed: "ON", open: "OFF" } : { kind };
}
