// Where plugins come from: the registry for all names, those of scopes, and how Nightjar signs in to each. A login goes in
// and never comes out; it belongs to its address.
import { useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";

type Registries = Answer<"GET /plugins/registries">;
type LoginKind = Registries["login"];

/** One registry as it is being edited. */
interface Row {
  readonly scope: string | undefined;
  readonly url: string;
  readonly login: LoginKind;
  /** What is kept for the address `keptUrl`. */
  readonly kept: LoginKind;
  readonly keptUrl: string;
  readonly token: string;
  readonly username: string;
  readonly password: string;
}

/** The section, closed until somebody wants it. */
export function RegistriesSection() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="install-from registries" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("plugins.registries")}</summary>
      {isOpen ? <RegistriesForm /> : null}
    </details>
  );
}

function RegistriesForm() {
  const asked = useAnswer((signal) => call("GET /plugins/registries", { signal }));
  return (
    <>
      <Awaited of={asked} rows={2} />
      {asked.answer === undefined ? null : <Rows registries={asked.answer} onSaved={asked.put} />}
    </>
  );
}

function Rows(props: {
  readonly registries: Registries;
  readonly onSaved: (registries: Registries) => void;
}) {
  const stored = rowsOf(props.registries);
  const form = useDraft<readonly Row[]>("registries", stored, { plain: withoutLogins });
  const rows = form.value;
  const { busy, error, act } = useAct();
  const change = (index: number, part: Partial<Row>): void =>
    form.put(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  const save = (): Promise<void> =>
    act(async () => {
      const [main, ...scopes] = rows.map((row) => ({
        scope: row.scope ?? "",
        url: row.url.trim(),
        ...loginOf(row),
      }));
      if (main === undefined) return;
      const { scope: _none, ...first } = main;
      const saved = await call("PUT /plugins/registries", { body: { ...first, scopes } });
      props.onSaved(saved);
      form.settle(rowsOf(saved));
      tell(t("plugins.registries.saved"));
    });
  return (
    <form
      class="registries-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p class="muted">{t("plugins.registries.hint")}</p>
      {rows.map((row, index) => (
        <RegistryFields
          key={index}
          row={row}
          onChange={(part) => change(index, part)}
          onRemove={() => form.put(rows.filter((_, at) => at !== index))}
        />
      ))}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        <button type="button" class="button" onClick={() => form.put([...rows, { ...EMPTY, scope: "@" }])}>
          {t("plugins.registries.add")}
        </button>
        <span class="spring" />
        <UnsavedMark of={form} onDiscard={() => form.settle(stored)} />
        <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
          {t(busy ? "saving" : "save")}
        </button>
      </div>
    </form>
  );
}

function RegistryFields(props: {
  readonly row: Row;
  readonly onChange: (part: Partial<Row>) => void;
  readonly onRemove: () => void;
}) {
  const { row, onChange } = props;
  const name = row.scope === undefined ? t("plugins.registries.all") : row.scope;
  const isKept = row.kept === row.login && row.keptUrl === row.url.trim();
  const hint = isKept ? t("form.secret.kept") : undefined;
  return (
    <fieldset class="form-group">
      <legend>{name}</legend>
      {row.scope === undefined ? null : (
        <TextField
          label={t("plugins.registries.scope")}
          value={row.scope}
          onInput={(scope) => onChange({ scope })}
          hint={t("plugins.registries.scope.hint")}
          required
          mono
        />
      )}
      <TextField
        label={t("plugins.registries.address")}
        value={row.url}
        onInput={(url) => onChange({ url })}
        placeholder="https://npm.house.example/"
        required
        mono
      />
      <SelectField
        label={t("plugins.registries.login")}
        value={row.login}
        choices={[
          { value: "none", text: t("plugins.registries.login.none") },
          { value: "token", text: t("plugins.registries.token") },
          { value: "password", text: t("plugins.registries.login.password") },
        ]}
        onChoose={(login) => onChange({ login })}
      />
      {row.login === "token" ? (
        <TextField
          label={t("plugins.registries.token")}
          type="password"
          value={row.token}
          onInput={(token) => onChange({ token })}
          required={!isKept}
          hint={hint}
        />
      ) : null}
      {row.login === "password" ? (
        <>
          <TextField
            label={t("plugins.registries.user")}
            value={row.username}
            onInput={(username) => onChange({ username })}
            required={!isKept || row.password !== ""}
            hint={hint}
          />
          <TextField
            label={t("plugins.registries.password")}
            type="password"
            autocomplete="new-password"
            value={row.password}
            onInput={(password) => onChange({ password })}
            required={!isKept || row.username !== ""}
            hint={hint}
          />
        </>
      ) : null}
      {row.scope === undefined ? null : (
        <button type="button" class="button form-add" onClick={props.onRemove}>
          {t("plugins.registries.remove", { name })}
        </button>
      )}
    </fieldset>
  );
}

const EMPTY: Row = {
  ...{ scope: undefined, url: "", login: "none", kept: "none", keptUrl: "" },
  ...{ token: "", username: "", password: "" },
};

/** What is kept of what is typed: no login, neither in its fields nor in an address. */
function withoutLogins(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => ({
    ...row,
    url: row.url.replace(/^(\s*[a-z]+:\/\/)[^/]*@/i, "$1"),
    token: "",
    username: "",
    password: "",
  }));
}

function rowsOf({ url, login, scopes }: Registries): Row[] {
  return [{ scope: undefined, url, login }, ...scopes].map((one) => ({
    ...EMPTY,
    ...one,
    kept: one.login,
    keptUrl: one.url,
  }));
}

/** Left out, a login stays as it is. */
function loginOf({ login, token, username, password }: Row) {
  if (login === "none") return { login: null };
  if (login === "token") return token === "" ? {} : { login: { token } };
  return password === "" ? {} : { login: { username, password } };
}
