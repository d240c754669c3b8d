// Small parts that every page uses: buttons, a choice of one among few, a field with its label, states of a page.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../locale/messages.ts";
import type { PlaceNames } from "../locale/place-text.ts";
import { followLink, href } from "../router.ts";
import { errorText } from "../state/toasts.ts";
import { Icon, type IconName } from "./icon.tsx";

/** A button with an icon alone; the label is spoken and shown as a tooltip. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly tone?: "record" | undefined;
}) {
  return (
    <button
      type="button"
      class={`icon-button${props.tone === undefined ? "" : ` tone-${props.tone}`}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
      onDblClick={(event) => event.stopPropagation()}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** Before a heading: to the page that this one lies below. */
export function BackButton({ to }: { readonly to: string }) {
  return (
    <a class="icon-button" href={href(to)} onClick={followLink} aria-label={t("back")} title={t("back")}>
      <Icon name="left" />
    </a>
  );
}

/** A row of choices of which one holds. */
export function Segmented<T extends string | number>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly text: string; readonly hint?: string }[];
  readonly onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="segmented">
      <legend class="unseen">{props.label}</legend>
      {props.choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === props.value}
          title={choice.hint}
          onClick={() => props.onChoose(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </fieldset>
  );
}

/** A labelled field; `error` is tied to the control for screen readers. */
export function Field(props: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ComponentChildren;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div class={`field${props.error === undefined ? "" : " field-bad"}`}>
      <label for={id}>{props.label}</label>
      {props.children({ id, describedBy: noteId })}
      <p id={noteId} class="field-note">
        {props.error ?? props.hint ?? ""}
      </p>
    </div>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password";
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly autocomplete?: string;
  readonly placeholder?: string | undefined;
  readonly required?: boolean;
  readonly mono?: boolean;
  /** Several lines; never focused by itself. */
  readonly multiline?: boolean;
  readonly focus?: boolean;
  /** Which keys a phone offers. */
  readonly inputMode?: "decimal" | "numeric" | undefined;
}

/** A text field. */
export function TextField(props: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // Before it is drawn: whoever is at another field by then would type into this one.
  useLayoutEffect(() => {
    if (props.focus === true) input.current?.focus();
  }, []);
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {({ id, describedBy }) =>
        props.multiline === true ? (
          <TextArea id={id} describedBy={describedBy} field={props} />
        ) : (
          <PlainInput inputRef={input} id={id} describedBy={describedBy} field={props} />
        )
      }
    </Field>
  );
}

function PlainInput(props: {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly id: string;
  readonly describedBy: string;
  readonly field: TextFieldProps;
}) {
  const { field } = props;
  const attributes = {
    ref: props.inputRef,
    id: props.id,
    class: field.mono === true ? "mono" : "",
    value: field.value,
    required: field.required === true,
    placeholder: field.placeholder ?? "",
    autocomplete: field.autocomplete ?? "off",
    spellcheck: false,
    ...(field.focus === true ? { "data-focus": "" } : {}),
    ...(field.inputMode === undefined ? {} : { inputMode: field.inputMode }),
    "aria-describedby": props.describedBy,
    "aria-invalid": field.error !== undefined,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) =>
      field.onInput(event.currentTarget.value),
  };
  return field.type === "password" ? (
    <input type="password" {...attributes} />
  ) : (
    <input type="text" {...attributes} />
  );
}

const ROWS = 6;

function TextArea({
  id,
  describedBy,
  field,
}: {
  readonly id: string;
  readonly describedBy: string;
  readonly field: TextFieldProps;
}) {
  return (
    <textarea
      id={id}
      rows={ROWS}
      value={field.value}
      required={field.required === true}
      placeholder={field.placeholder ?? ""}
      autocomplete="off"
      spellcheck={false}
      aria-describedby={describedBy}
      aria-invalid={field.error !== undefined}
      onInput={(event) => field.onInput(event.currentTarget.value)}
    />
  );
}

/** A list to choose from. */
export function SelectField<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly text: string }[];
  readonly onChoose: (value: T) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}) {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          aria-invalid={props.error !== undefined}
          value={props.value}
          onChange={(event) => {
            const chosen = props.choices.find((choice) => choice.value === event.currentTarget.value);
            if (chosen !== undefined) props.onChoose(chosen.value);
          }}
        >
          {props.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A box to tick. */
export function CheckField(props: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: string;
  /** The hint says what is wrong. */
  readonly bad?: boolean;
}) {
  const id = useId();
  return (
    <div class={`check${props.bad === true ? " field-bad" : ""}`}>
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        aria-describedby={`${id}-note`}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      <p id={`${id}-note`} class="field-note">
        {props.hint ?? ""}
      </p>
    </div>
  );
}

/**
 * What an action answered with: the sentence, and the code that the documentation explains. Where nothing else would ask
 * again, a button does.
 */
export function ErrorNote({
  error,
  onRetry,
  nameOf,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** What the form above calls its fields. */
  readonly nameOf?: PlaceNames;
}) {
  const { text, detail, places, code } = errorText(error, nameOf);
  return (
    <div class="error-note" role="alert">
      <Icon name="warning" />
      <div>
        <p>{text}</p>
        {detail === undefined ? null : <p class="muted">{detail}</p>}
        {places.length === 0 ? null : (
          <ul>
            {places.map((place) => (
              <li key={place.field + place.text}>
                {place.field}: {place.text}
              </li>
            ))}
          </ul>
        )}
        <code>{code}</code>
        {onRetry === undefined ? null : (
          <p>
            <button type="button" class="button" onClick={onRetry}>
              <Icon name="restart" />
              {t("tryAgain")}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

/** A whole page that has nothing to show, with what to do next. */
export function EmptyPage(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ComponentChildren;
  readonly isDenied?: boolean;
}) {
  return (
    <div class={`empty${props.isDenied === true ? " denied" : ""}`}>
      <Icon name={props.icon} size={32} />
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

/** A page that this role may not see; `children` lead away from it, where no menu does. */
export function NotAllowed({ children }: { readonly children?: ComponentChildren }) {
  return (
    <EmptyPage icon="users" title={t("denied.title")} text={t("denied.text")} isDenied>
      {children}
    </EmptyPage>
  );
}

/** Grey bars of the final size while data is on its way. */
export function SkeletonRows({ rows }: { readonly rows: number }) {
  return (
    <div class="skeleton-rows" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="skeleton" />
      ))}
    </div>
  );
}

/** A modal dialog: focus stays inside, Escape closes it, and focus goes back to where it came from. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** For what needs room, such as long forms. */
  readonly wide?: boolean;
  /** For pictures. */
  readonly large?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    // Else the button that closes has it, since it comes first: what is typed goes to the field that asks for it.
    (element.current?.querySelector<HTMLElement>("[data-focus]") ?? element.current)?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={props.large === true ? "large" : props.wide === true ? "wide" : ""}
      tabIndex={-1}
      aria-labelledby={titleId}
      onClose={props.onClose}
    >
      <div class="dialog-head">
        <h2 id={titleId}>{props.title}</h2>
        <IconButton icon="close" label={t("close")} onClick={props.onClose} />
      </div>
      {props.children}
    </dialog>
  );
}
