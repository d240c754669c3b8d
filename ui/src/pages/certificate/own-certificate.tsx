// An own certificate in the place of the recorder's: two files are chosen, the recorder checks them, and says why it
// refuses them. The key goes in and never comes out.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { ChooseFile } from "../../parts/choose-file.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ErrorNote } from "../../parts/controls.tsx";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import type { CertificateFacts } from "./certificate-page.tsx";

/** Longer than any chain of certificates. */
const FILE_LIMIT_BYTES = 64 * 1024;

/** The section; `onChange` gets what is in use then. */
export function OwnCertificate(props: {
  readonly facts: CertificateFacts;
  readonly onChange: (facts: CertificateFacts) => void;
}) {
  const [certificate, setCertificate] = useState<File | undefined>();
  const [key, setKey] = useState<File | undefined>();
  const { busy, error, act } = useAct();
  const [asking, setAsking] = useState(false);
  const during = (work: () => Promise<CertificateFacts>, told: () => string): Promise<void> =>
    act(async () => {
      props.onChange(await work());
      tell(told());
      setCertificate(undefined);
      setKey(undefined);
    });
  const put = (pem: File, secret: File): Promise<void> =>
    during(
      async () =>
        await call("PUT /certificate", { body: { certificate: await pem.text(), key: await secret.text() } }),
      () => t("cert.own.done"),
    );
  const remove = async (): Promise<void> => {
    props.onChange(await call("DELETE /certificate"));
    tell(t("cert.own.removed"));
  };
  const isTooLarge = [certificate, key].some((file) => file !== undefined && file.size > FILE_LIMIT_BYTES);
  return (
    <section>
      <h2>{t("cert.own")}</h2>
      <p class="muted">{t("cert.own.text")}</p>
      <div class="own-files">
        <PemFile label={t("cert.own.certificate")} file={certificate} onChoose={setCertificate} />
        <PemFile label={t("cert.own.key")} file={key} onChoose={setKey} />
      </div>
      {isTooLarge ? <p class="bad-text">{t("cert.own.tooLarge")}</p> : null}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        {props.facts.inUse === "own" || props.facts.problem !== undefined ? (
          <button type="button" class="button" disabled={busy} onClick={() => setAsking(true)}>
            {t("cert.own.remove")}
          </button>
        ) : null}
        <button
          type="button"
          class="button primary"
          aria-busy={busy}
          disabled={busy || certificate === undefined || key === undefined || isTooLarge}
          onClick={() => {
            if (certificate !== undefined && key !== undefined) void put(certificate, key);
          }}
        >
          {t("cert.own.use")}
        </button>
      </div>
      <p class="muted">{t("cert.own.files")}</p>
      {asking ? (
        <ConfirmDialog
          title={t("cert.own.remove")}
          word={t("confirm.delete")}
          button={t("cert.own.remove")}
          act={remove}
          onClose={() => setAsking(false)}
        >
          <p>{t("cert.own.remove.text")}</p>
        </ConfirmDialog>
      ) : null}
    </section>
  );
}

function PemFile(props: {
  readonly label: string;
  readonly file: File | undefined;
  readonly onChoose: (file: File) => void;
}) {
  return (
    <div class="own-file">
      <ChooseFile
        label={props.label}
        accept=".pem,.crt,.cer,.key,application/x-pem-file"
        onChoose={props.onChoose}
      />
      <span class="muted">{props.file?.name ?? t("cert.own.noFile")}</span>
    </div>
  );
}
