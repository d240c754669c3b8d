// Draws the tree of form-tree.ts: fields, groups that may be left out, lists that grow and shrink. Every change is a
// change of the one value behind it; what cannot be right yet (a number half typed) stays in it as text.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { CheckField, IconButton, SelectField, TextField } from "./controls.tsx";
import type { FormNode } from "./form-tree.ts";
import { Icon } from "./icon.tsx";
import { type Steps, valueAt } from "./json-place.ts";
import { choiceText, type SchemaField } from "./schema-fields.ts";

export interface FormTreeProps {
  readonly value: unknown;
  /** Pointers of secrets that the recorder keeps. */
  readonly kept: ReadonlySet<string>;
  /** The sentence about a place that is to be shown now. */
  readonly problemAt: (pointer: string) => string | undefined;
  /** `undefined` takes the value away. */
  readonly onChange: (steps: Steps, value: unknown) => void;
}

/** All nodes, one below the other. */
export function FormTree({ nodes, ...form }: FormTreeProps & { readonly nodes: readonly FormNode[] }) {
  return (
    <>
      {nodes.map((node) => (
        <FormTreeNode key={node.pointer} node={node} form={form} />
      ))}
    </>
  );
}

function FormTreeNode({ node, form }: { readonly node: FormNode; readonly form: FormTreeProps }) {
  if (node.kind === "group") return <Group node={node} form={form} />;
  if (node.kind === "list") return <List node={node} form={form} />;
  return <Leaf node={node} form={form} />;
}

function Group({
  node,
  form,
}: {
  readonly node: FormNode & { kind: "group" };
  readonly form: FormTreeProps;
}) {
  const { field, isSet, steps } = node;
  return (
    <fieldset class="form-group">
      <legend>{labelOf(field)}</legend>
      {field.required ? (
        <Hint field={field} problem={form.problemAt(node.pointer)} />
      ) : (
        <CheckField
          label={t("form.use", { name: field.title })}
          checked={isSet}
          onChange={(checked) => form.onChange(steps, checked ? {} : undefined)}
          hint={form.problemAt(node.pointer) ?? field.hint ?? ""}
        />
      )}
      {isSet ? <FormTree nodes={node.nodes} {...form} /> : null}
    </fieldset>
  );
}

function List({ node, form }: { readonly node: FormNode & { kind: "list" }; readonly form: FormTreeProps }) {
  const { field, entries, steps } = node;
  const box = useRef<HTMLFieldSetElement>(null);
  // After adding or taking away the keyboard goes on where the eye is, before the next key can come.
  const [next, setNext] = useState<"last" | "add" | undefined>(undefined);
  useLayoutEffect(() => {
    if (next === undefined) return;
    const rows = box.current?.querySelectorAll<HTMLElement>(":scope > .form-entry");
    const target =
      next === "last"
        ? rows?.item(rows.length - 1)?.querySelector<HTMLElement>("input, select, button")
        : box.current?.querySelector<HTMLElement>(":scope > .form-add");
    target?.focus();
    setNext(undefined);
  }, [next]);
  return (
    <fieldset class="form-group form-list" ref={box}>
      <legend>{labelOf(field)}</legend>
      <Hint field={field} problem={form.problemAt(node.pointer)} />
      {entries.map((entry, index) => (
        <div key={entry.pointer} class="form-entry">
          <div class="form-entry-body">
            <FormTreeNode node={numbered(entry, field, index)} form={form} />
          </div>
          <IconButton
            icon="remove"
            label={t("form.removeEntry", { name: field.title, number: index + 1 })}
            onClick={() => {
              form.onChange([...steps, index], undefined);
              setNext("add");
            }}
          />
        </div>
      ))}
      <button
        type="button"
        class="button form-add"
        disabled={!node.mayAdd}
        onClick={() => {
          form.onChange(steps, [
            ...entries.map((_, index) => valueAt(form.value, [...steps, index])),
            node.fresh,
          ]);
          setNext("last");
        }}
      >
        <Icon name="plus" />
        {t("form.addEntry")}
      </button>
    </fieldset>
  );
}

function numbered(entry: FormNode, list: SchemaField, index: number): FormNode {
  const named = entry.field.title === String(index) ? list.title : entry.field.title;
  return { ...entry, field: { ...entry.field, title: `${named} ${index + 1}` } };
}

function Hint({ field, problem }: { readonly field: SchemaField; readonly problem: string | undefined }) {
  if (problem === undefined && field.hint === undefined) return null;
  return <p class={`field-note${problem === undefined ? "" : " bad-text"}`}>{problem ?? field.hint}</p>;
}

function Leaf({ node, form }: { readonly node: FormNode; readonly form: FormTreeProps }) {
  const { field, steps, pointer } = node;
  const value = valueAt(form.value, steps);
  const problem = form.problemAt(pointer);
  const isEntry = typeof steps.at(-1) === "number";
  const [typed, setTyped] = useState("");
  const set = (next: unknown): void => form.onChange(steps, next);
  if (field.kind === "boolean" && (typeof value === "boolean" || value === undefined)) {
    return (
      <CheckField
        label={labelOf(field)}
        checked={value ?? field.standard === "true"}
        onChange={set}
        hint={problem ?? field.hint ?? ""}
        bad={problem !== undefined}
      />
    );
  }
  if (field.kind === "choice") {
    const text = value === undefined ? "" : choiceText(value);
    const known = field.choices.some((one) => choiceText(one.value) === text);
    return (
      <SelectField
        label={labelOf(field)}
        value={text}
        choices={[
          ...(field.required && text !== "" && known
            ? []
            : [{ value: "", text: standardText(field) ?? t("choose") }]),
          ...(known || text === "" ? [] : [{ value: text, text }]),
          ...field.choices.map((one) => ({ value: choiceText(one.value), text: one.text })),
        ]}
        onChoose={(chosen) => set(field.choices.find((one) => choiceText(one.value) === chosen)?.value)}
        hint={field.hint}
        error={problem}
      />
    );
  }
  if (field.kind === "secret") return <Secret node={node} form={form} />;
  const shown = sameValue(meantBy(field, typed, isEntry), value) ? typed : textOf(value);
  return (
    <TextField
      label={labelOf(field)}
      value={shown}
      onInput={(text) => {
        setTyped(text);
        set(meantBy(field, text, isEntry));
      }}
      placeholder={standardText(field)}
      mono={field.kind === "json"}
      multiline={field.kind === "text" && field.isMultiline}
      inputMode={field.kind === "integer" || field.kind === "number" ? "decimal" : undefined}
      hint={field.hint}
      error={problem}
    />
  );
}

/** Written, never shown: left empty it stays, and it can be taken away. */
function Secret({ node, form }: { readonly node: FormNode; readonly form: FormTreeProps }) {
  const { field, steps, pointer } = node;
  const value = valueAt(form.value, steps);
  const isKept = form.kept.has(pointer);
  const isRemoved = value === null;
  return (
    <div class={isKept ? "form-secret" : ""}>
      <TextField
        label={labelOf(field)}
        type="password"
        autocomplete="new-password"
        value={typeof value === "string" ? value : ""}
        onInput={(text) => form.onChange(steps, text === "" ? undefined : text)}
        placeholder={isKept && !isRemoved ? "••••••••" : undefined}
        hint={secretHint(field, value, isKept)}
        error={form.problemAt(pointer)}
      />
      {isKept ? (
        <button
          type="button"
          class="button"
          aria-pressed={isRemoved}
          onClick={() => form.onChange(steps, isRemoved ? undefined : null)}
        >
          {t(isRemoved ? "form.secret.keep" : "form.secret.remove")}
        </button>
      ) : null}
    </div>
  );
}

function secretHint(field: SchemaField, value: unknown, isKept: boolean): string | undefined {
  if (value === null) return t("form.secret.removed");
  if (value !== undefined) return field.hint;
  return isKept ? t("form.secret.kept") : (field.hint ?? t("form.secret.unset"));
}

function labelOf(field: SchemaField): string {
  return field.unit === undefined ? field.title : `${field.title} (${field.unit})`;
}

function standardText(field: SchemaField): string | undefined {
  return field.standard === undefined ? undefined : t("schema.default", { value: field.standard });
}

/** What a text stands for; one that is no such thing stays a text, and the recorder says what is wrong with it. */
function meantBy(field: SchemaField, text: string, isEntry: boolean): unknown {
  if (text === "" && !isEntry) return undefined;
  if (field.kind === "number" || field.kind === "integer") {
    const number = Number(text.replace(",", "."));
    return text.trim() === "" || !Number.isFinite(number) ? text : number;
  }
  if (field.kind !== "json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function sameValue(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
