// The form of one till: where its lines come from, which cameras look at it, who reads it, and what is not kept.
import { useState } from "preact/hooks";
import type { TillParser, TillSettings } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { CheckField, SelectField, TextField } from "../../parts/controls.tsx";
import { fieldsOf, objectOf, textsOf } from "../../parts/schema-fields.ts";
import { SchemaForm } from "../../parts/schema-form.tsx";
import { entryName, usePluginNames } from "../../state/plugin-names.ts";
import { cameras } from "../../state/recorder.ts";

const KIND_TEXT: Readonly<Record<TillSettings["input"]["kind"], MessageKey>> = {
  "tcp-listen": "tills.input.listen",
  "tcp-connect": "tills.input.connect",
  udp: "tills.input.udp",
};
const CHARSETS: readonly TillSettings["charset"][] = [
  "utf-8",
  "windows-1250",
  "windows-1251",
  "windows-1252",
  "iso-8859-1",
  "iso-8859-2",
  "iso-8859-15",
  "cp437",
  "cp850",
  "cp858",
  "ibm866",
  "gbk",
  "big5",
  "shift_jis",
  "euc-kr",
];
const NONE = "";

export function TillForm(props: {
  readonly till: TillSettings;
  readonly parsers: readonly TillParser[];
  readonly onChange: (till: TillSettings) => void;
}) {
  const { till, onChange } = props;
  const { input, parser } = till;
  const names = usePluginNames();
  const change = (part: Partial<TillSettings>): void => onChange({ ...till, ...part });
  const changeInput = (part: Partial<TillSettings["input"]>): void =>
    change({ input: { ...input, ...part } });
  const choose = (source: string): void => {
    const { parser: _, ...rest } = till;
    onChange(source === NONE ? rest : { ...rest, parser: { source, config: {} } });
  };
  const isKnown = parser === undefined || props.parsers.some(({ source }) => source === parser.source);
  return (
    <div class="till-form">
      <TextField label={t("tills.name")} value={till.name} onInput={(name) => change({ name })} required />
      <CheckField
        label={t("tills.enabled")}
        checked={till.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <SelectField
        label={t("tills.input")}
        value={input.kind}
        choices={(Object.keys(KIND_TEXT) as (keyof typeof KIND_TEXT)[]).map((value) => ({
          value,
          text: t(KIND_TEXT[value]),
        }))}
        onChoose={(kind) => changeInput({ kind, host: kind === "tcp-connect" ? "" : "::" })}
      />
      <TextField
        label={t(input.kind === "tcp-connect" ? "tills.host" : "tills.listenOn")}
        hint={t(input.kind === "tcp-connect" ? "tills.host.hint" : "tills.listenOn.hint")}
        value={input.host}
        onInput={(host) => changeInput({ host })}
        mono
        required
      />
      <NumberField
        label={t("tills.portField")}
        value={input.port}
        most={65_535}
        onNumber={(port) => changeInput({ port })}
      />
      {input.kind === "tcp-connect" ? null : (
        <ListField
          label={t("tills.from")}
          hint={t("tills.from.hint")}
          value={input.from}
          separator={/[\s,;]+/}
          onList={(from) => changeInput({ from })}
        />
      )}
      <SelectField
        label={t("tills.charset")}
        value={till.charset}
        choices={CHARSETS.map((value) => ({ value, text: value }))}
        onChoose={(charset) => change({ charset })}
      />
      <fieldset class="till-cameras">
        <legend>{t("tills.cameras")}</legend>
        {(cameras.value ?? []).map(({ id, name }) => (
          <CheckField
            key={id}
            label={name}
            checked={till.cameras.includes(id)}
            onChange={(checked) =>
              change({ cameras: checked ? [...till.cameras, id] : till.cameras.filter((one) => one !== id) })
            }
          />
        ))}
      </fieldset>
      <SelectField
        label={t("tills.parser")}
        hint={t(isKnown ? "tills.parser.hint" : "tills.parser.away")}
        value={parser?.source ?? NONE}
        choices={[
          { value: NONE, text: t("tills.parser.none") },
          ...props.parsers.map(({ source, displayName }) => ({
            value: source,
            text: entryName(names, "pos-parser", source, displayName),
          })),
          ...(isKnown || parser === undefined ? [] : [{ value: parser.source, text: parser.source }]),
        ]}
        onChoose={choose}
      />
      {parser === undefined ? null : (
        <ParserFields
          key={parser.source}
          schema={props.parsers.find(({ source }) => source === parser.source)?.configSchema}
          config={parser.config}
          onConfig={(config) => change({ parser: { ...parser, config } })}
        />
      )}
      <NumberField
        label={t("tills.pause")}
        hint={t("tills.pause.hint")}
        value={till.pauseSeconds}
        least={2}
        most={3_600}
        onNumber={(pauseSeconds) => change({ pauseSeconds })}
      />
      <ListField
        label={t("tills.hide")}
        hint={t("tills.hide.hint")}
        value={till.hide}
        separator={/\s*[,;]\s*/}
        onList={(hide) => change({ hide })}
      />
      <CheckField
        label={t("tills.hideCards")}
        hint={t("tills.hideCards.hint")}
        checked={till.hideCardNumbers}
        onChange={(hideCardNumbers) => change({ hideCardNumbers })}
      />
      <NumberField
        label={t("tills.keepDays")}
        value={till.keepDays}
        least={1}
        most={3_650}
        onNumber={(keepDays) => change({ keepDays })}
      />
    </div>
  );
}

function ParserFields(props: {
  readonly schema: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  readonly onConfig: (config: Record<string, unknown>) => void;
}) {
  const fields = fieldsOf(props.schema);
  const [texts, setTexts] = useState(() => textsOf(fields, props.config));
  return (
    <SchemaForm
      fields={fields}
      texts={texts}
      kept={new Set()}
      onChange={(changed) => {
        setTexts(changed);
        props.onConfig(objectOf(fields, changed));
      }}
    />
  );
}

/** A whole number; what is none is kept on show and told, and not taken. */
function NumberField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly least?: number;
  readonly most: number;
  readonly onNumber: (value: number) => void;
}) {
  const { least = 0, most } = props;
  const [typed, setTyped] = useState(String(props.value));
  const isGood = /^\d+$/.test(typed) && Number(typed) >= least && Number(typed) <= most;
  return (
    <TextField
      label={props.label}
      hint={props.hint}
      error={isGood ? undefined : t("tills.number.bad", { least, most })}
      value={typed}
      inputMode="numeric"
      onInput={(text) => {
        setTyped(text);
        if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) props.onNumber(Number(text));
      }}
    />
  );
}

/** Several words in one field. */
function ListField(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: readonly string[];
  readonly separator: RegExp;
  readonly onList: (list: string[]) => void;
}) {
  const [typed, setTyped] = useState(props.value.join(", "));
  return (
    <TextField
      label={props.label}
      hint={props.hint}
      value={typed}
      onInput={(text) => {
        setTyped(text);
        props.onList(
          text
            .split(props.separator)
            .map((word) => word.trim())
            .filter((word) => word !== ""),
        );
      }}
    />
  );
}
