// Which contact or relay of which camera an alarm input or output is: the camera says what it has.
import { call } from "../../api/client.ts";
import type { OutputSettings } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { ErrorNote, SelectField } from "../../parts/controls.tsx";
import { cameras } from "../../state/recorder.ts";
import { useAnswer } from "../../state/use-answer.ts";

type CameraDriver = Extract<OutputSettings["driver"], { kind: "camera" }>;
type Part = NonNullable<CameraDriver["part"]>;

const PART_TEXT: Readonly<Record<Part, MessageKey>> = {
  siren: "ptz.part.siren",
  light: "ptz.part.light",
  wiper: "ptz.part.wiper",
};

interface Port {
  readonly value: string;
  readonly text: string;
}

/** `port`: what is chosen, in the words of `portsOf`. */
function PortFields(props: {
  readonly camera: string;
  readonly port: string;
  readonly kind: "inputs" | "outputs";
  readonly onChange: (camera: string, port: string) => void;
}) {
  const { camera, port, kind, onChange } = props;
  const asked = useAnswer(
    async (signal) =>
      camera === "" ? undefined : call("GET /cameras/{id}/abilities", { path: { id: camera }, signal }),
    [camera],
  );
  const { relays = [], inputs = [], auxiliary = [] } = asked.answer ?? {};
  const found: readonly Port[] =
    kind === "inputs"
      ? inputs.map(({ id, name }) => ({ value: id, text: name }))
      : [
          ...relays.map(({ id, name }) => ({ value: `relay ${id}`, text: name })),
          ...auxiliary.map((part) => ({ value: `part ${part}`, text: t(PART_TEXT[part]) })),
        ];
  // What was saved stays, also while the camera is away.
  const isKnown = port === "" || found.some(({ value }) => value === port);
  const ports = isKnown ? found : [...found, { value: port, text: port.slice(port.indexOf(" ") + 1) }];
  return (
    <>
      <div class="field-row">
        <SelectField
          label={t("io.camera")}
          value={camera}
          choices={[
            { value: "", text: t("choose") },
            ...(cameras.value ?? []).map(({ id, name }) => ({ value: id, text: name })),
          ]}
          onChoose={(chosen) => onChange(chosen, "")}
        />
        <SelectField
          label={t(kind === "inputs" ? "io.camera.input" : "io.camera.output")}
          hint={asked.answer !== undefined && found.length === 0 ? t("io.camera.nothing") : undefined}
          value={port}
          choices={[{ value: "", text: t("choose") }, ...ports]}
          onChoose={(chosen) => onChange(camera, chosen)}
        />
      </div>
      {asked.error === undefined ? null : <ErrorNote error={asked.error} onRetry={asked.retry} />}
    </>
  );
}

export function CameraOutputFields(props: {
  readonly driver: CameraDriver;
  readonly onChange: (driver: CameraDriver) => void;
}) {
  const { camera, relay, part } = props.driver;
  const port =
    part === undefined ? (relay === undefined || relay === "" ? "" : `relay ${relay}`) : `part ${part}`;
  return (
    <PortFields
      kind="outputs"
      camera={camera}
      port={port}
      onChange={(chosen, next) => {
        const word = next.slice(next.indexOf(" ") + 1);
        const common = { kind: "camera", camera: chosen } as const;
        if (next.startsWith("part ")) props.onChange({ ...common, part: word as Part });
        else props.onChange({ ...common, relay: next.startsWith("relay ") ? word : "" });
      }}
    />
  );
}

export function CameraInputFields(props: {
  readonly camera: string;
  readonly input: string;
  readonly onChange: (camera: string, input: string) => void;
}) {
  return <PortFields kind="inputs" camera={props.camera} port={props.input} onChange={props.onChange} />;
}
