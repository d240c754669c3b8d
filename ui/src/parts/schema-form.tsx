// The controls of a form that is made out of a JSON Schema (schema-fields.ts): validates as you type, shows default and unit.
import { useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { CheckField, SelectField, TextField } from "./controls.tsx";
import {
  choiceText,
  type FieldProblem,
  type FieldTexts,
  problemOf,
  type SchemaField,
} from "./schema-fields.ts";

/** What is wrong with a field, in words. */
export function problemText(field: SchemaField, problem: FieldProblem): string {
  switch (problem) {
    case "missing":
      return t("schema.missing");
    case "number":
      return t("schema.number");
    case "integer":
      return t("schema.integer");
    case "small":
      return t("schema.small", { least: field.minimum ?? 0 });
    case "large":
      return t("schema.large", { most: field.maximum ?? 0 });
    case "length":
      return t("schema.length", { least: field.shortest ?? 0, most: field.longest ?? 9999 });
    case "json":
      return t("schema.json");
    default:
      return t("schema.pattern");
  }
}

/** All fields, one below the other. */
export function SchemaForm(props: {
  readonly fields: readonly SchemaField[];
  readonly texts: FieldTexts;
  /** Names of secrets that the recorder keeps already. */
  readonly kept: ReadonlySet<string>;
  /** What an empty field of such a secret says. */
  readonly keptHint?: string;
  readonly onChange: (texts: FieldTexts) => void;
}) {
  return (
    <>
      {props.fields.map((field) => (
        <SchemaInput
          key={field.name}
          field={field}
          text={props.texts[field.name] ?? ""}
          kept={props.kept.has(field.name)}
          keptHint={props.keptHint ?? t("camera.password.kept")}
          onText={(text) => props.onChange({ ...props.texts, [field.name]: text })}
        />
      ))}
    </>
  );
}

function SchemaInput(props: {
  readonly field: SchemaField;
  readonly text: string;
  readonly kept: boolean;
  readonly keptHint: string;
  readonly onText: (text: string) => void;
}) {
  const { field, text, onText } = props;
  const [touched, setTouched] = useState(false);
  const label = field.unit === undefined ? field.title : `${field.title} (${field.unit})`;
  if (field.kind === "boolean") {
    return (
      <CheckField
        label={label}
        checked={(text === "" ? field.standard : text) === "true"}
        onChange={(checked) => onText(String(checked))}
        hint={field.hint ?? ""}
      />
    );
  }
  if (field.kind === "choice") {
    const empty = { value: "", text: standardText(field) ?? t("choose") };
    return (
      <SelectField
        label={label}
        value={text}
        choices={[
          ...(field.required && text !== "" ? [] : [empty]),
          ...field.choices.map((one) => ({ value: choiceText(one.value), text: one.text })),
        ]}
        onChoose={onText}
        hint={field.hint}
      />
    );
  }
  const problem = problemOf(field, text, props.kept);
  return (
    <TextField
      label={label}
      value={text}
      onInput={(value) => {
        setTouched(true);
        onText(value);
      }}
      type={field.kind === "secret" ? "password" : "text"}
      autocomplete={field.kind === "secret" ? "new-password" : "off"}
      placeholder={standardText(field)}
      mono={field.kind === "json"}
      multiline={field.kind === "text" && field.isMultiline}
      hint={props.kept ? props.keptHint : field.hint}
      error={problem === undefined || !(touched || text !== "") ? undefined : problemText(field, problem)}
    />
  );
}

function standardText(field: SchemaField): string | undefined {
  const { standard = "" } = field;
  return standard === "" ? undefined : t("schema.default", { value: standard });
}
