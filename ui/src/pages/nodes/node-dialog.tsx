// The form of a watched node: what it is called, where it is, the certificate that is trusted for it, and trying all that
// before it is saved. A certificate is trusted by a button only once it was shown, with where to compare it.
import { useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import type { NodeView } from "../../api/types.ts";
import { language, t } from "../../locale/messages.ts";
import { Dialog, ErrorNote, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fingerprint } from "../../parts/fingerprint.tsx";
import { Icon } from "../../parts/icon.tsx";
import { dayText } from "../../state/time-format.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { zone } from "../../state/zone.ts";
import { addressFault, isFingerprint, nodeReasonText } from "./node-words.ts";

type Tested = Answer<"POST /cluster/nodes/test">;

interface Form {
  readonly name: string;
  readonly url: string;
  /** Empty: none. */
  readonly certificate: string;
}

export function NodeDialog(props: {
  /** Undefined: a new one. */
  readonly node: NodeView | undefined;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}) {
  const { node } = props;
  const held: Form = {
    ...{ name: node?.name ?? "", url: node?.url ?? "", certificate: node?.certificate ?? "" },
  };
  const draft = useDraft<Form>(`node-${node?.id ?? "new"}`, held, { isNew: node === undefined });
  const form = draft.value;
  const [tested, setTested] = useState<Tested | undefined>(undefined);
  const { busy, error, act, setError } = useAct();
  const url = form.url.trim();
  const certificate = form.certificate.trim();
  const isTls = /^https:/i.test(url);
  const wrongUrl = addressFault(url);
  const isWrongPrint = isTls && certificate !== "" && !isFingerprint(certificate);
  const isGood = url !== "" && wrongUrl === undefined && !isWrongPrint;
  const change = (part: Partial<Form>): void => {
    // What was found is of another address, or of another certificate.
    if (part.name === undefined) setTested(undefined);
    setError(undefined);
    draft.put({ ...form, ...part });
  };
  const trusted = (print: string) => (isTls && print !== "" ? { certificate: print } : {});
  const test = (print: string): Promise<void> =>
    act(async () => {
      setTested(undefined);
      setTested(await call("POST /cluster/nodes/test", { body: { url, ...trusted(print) } }));
    });
  const save = (): Promise<void> =>
    act(async () => {
      const name = form.name.trim();
      if (node === undefined) {
        await call("POST /cluster/nodes", { body: { name, url, ...trusted(certificate) } });
      } else {
        await call("PATCH /cluster/nodes/{node}", {
          path: { node: node.id },
          body: { name, url, certificate: isTls && certificate !== "" ? certificate : null },
        });
      }
      draft.settle(form);
      props.onSaved();
      props.onClose();
      tell(t("nodes.saved"));
    });
  return (
    <Dialog title={t(node === undefined ? "nodes.add" : "nodes.dialog")} onClose={props.onClose} wide>
      <form
        class="node-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("nodes.name")}
          value={form.name}
          onInput={(name) => change({ name: name.slice(0, 80) })}
          required
          focus
        />
        <TextField
          label={t("nodes.url")}
          hint={t("nodes.url.hint")}
          error={wrongUrl}
          value={form.url}
          onInput={(typed) => change({ url: typed.slice(0, 500) })}
          placeholder="https://192.168.1.20:8443"
          required
          mono
        />
        {isTls ? (
          <TextField
            label={t("nodes.certificate")}
            hint={t("nodes.certificate.hint")}
            error={isWrongPrint ? t("nodes.certificate.wrong") : undefined}
            value={form.certificate}
            onInput={(typed) => change({ certificate: typed.slice(0, 95) })}
            mono
          />
        ) : null}
        <div>
          <button
            type="button"
            class="button"
            disabled={busy || !isGood}
            aria-busy={busy}
            onClick={() => void test(certificate)}
          >
            <Icon name="search" />
            {t("nodes.test")}
          </button>
        </div>
        <div aria-live="polite">
          {tested === undefined ? null : (
            <Found
              tested={tested}
              onTrust={(sha256) => {
                change({ certificate: sha256 });
                void test(sha256);
              }}
            />
          )}
        </div>
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            draft.settle(held);
            props.onClose();
          }}
          disabled={busy || !isGood || form.name.trim() === ""}
          draft={draft}
        />
      </form>
    </Dialog>
  );
}

/** What answered at the address. */
function Found(props: { readonly tested: Tested; readonly onTrust: (sha256: string) => void }) {
  const { isNightjar, version = "", reason, certificate } = props.tested;
  const isUntrusted = isNightjar && certificate?.trusted === "no";
  return (
    <div class="node-found">
      {isNightjar ? (
        <p class="good-line">
          <Icon name="check" />
          {t("nodes.found", { version })}
        </p>
      ) : (
        <p class="problem-line">
          <Icon name="warning" />
          {reason === undefined ? t("nodes.found.not") : nodeReasonText(reason)}
        </p>
      )}
      {isNightjar && certificate !== undefined && !isUntrusted ? (
        <p class="good-line">
          <Icon name="lock" />
          {t(certificate.trusted === "system" ? "nodes.trusted.system" : "nodes.trusted.fingerprint")}
        </p>
      ) : null}
      {isUntrusted ? (
        <>
          <p class="problem-line">
            <Icon name="warning" />
            {t(certificate.isRoot ? "nodes.untrusted.root" : "nodes.untrusted")}
          </p>
          <dl class="facts">
            <dt>{t("cert.subject")}</dt>
            <dd>{certificate.subject}</dd>
            <dt>{t("cert.until")}</dt>
            <dd>{dayText(Date.parse(certificate.until), zone.value, language.value)}</dd>
            <dt>{t("cert.fingerprint")}</dt>
            <dd>
              <Fingerprint sha256={certificate.sha256} />
            </dd>
          </dl>
          <button type="button" class="button" onClick={() => props.onTrust(certificate.sha256)}>
            {t("nodes.trust")}
          </button>
        </>
      ) : null}
    </div>
  );
}
