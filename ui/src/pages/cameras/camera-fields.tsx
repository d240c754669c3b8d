// The fields of a camera: how to reach it. Used by the add and edit page and by the wizard.
import type { BrandPattern } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Segmented, SelectField, TextField } from "../../parts/controls.tsx";
import type { CameraForm, FormProblem } from "./camera-form-model.ts";

/** Name, address and account. */
export function CameraFields(props: {
  readonly form: CameraForm;
  readonly catalogue: readonly BrandPattern[];
  /** Problems of fields that were touched. */
  readonly problems: ReadonlySet<FormProblem>;
  /** What the empty field of the password says: whether the stored one stays. */
  readonly passwordHint: string | undefined;
  readonly onChange: (change: Partial<CameraForm>) => void;
}) {
  const { form, catalogue, problems, onChange } = props;
  const pattern = catalogue.find((one) => one.brand === form.brand);
  return (
    <>
      <TextField
        label={t("camera.name")}
        value={form.name}
        onInput={(name) => onChange({ name })}
        placeholder={t("camera.name.example")}
        error={problems.has("name") ? t("camera.name.missing") : undefined}
      />
      <Segmented
        label={t("camera.way")}
        value={form.way}
        choices={[
          { value: "brand", text: t("camera.byBrand") },
          { value: "url", text: t("camera.byUrl") },
        ]}
        onChoose={(way) => onChange({ way })}
      />
      {form.way === "brand" ? (
        <>
          <div class="field-row">
            <SelectField
              label={t("camera.brand")}
              value={form.brand}
              choices={[
                { value: "", text: t("choose") },
                ...catalogue.map((one) => ({ value: one.brand, text: one.brand })),
              ]}
              onChoose={(brand) => onChange({ brand })}
              hint={pattern?.notes}
            />
            <TextField
              label={t("camera.address")}
              value={form.address}
              onInput={(address) => onChange({ address })}
              placeholder="192.168.1.64"
              mono
              error={problems.has("address") ? t("camera.address.missing") : undefined}
            />
          </div>
          <div class="field-row">
            <TextField
              label={t("camera.port")}
              value={form.port}
              onInput={(port) => onChange({ port })}
              placeholder={String(pattern?.port ?? 554)}
              error={problems.has("port") ? t("camera.port.wrong") : undefined}
            />
            <TextField
              label={t("camera.channel")}
              value={form.channel}
              onInput={(channel) => onChange({ channel })}
            />
          </div>
        </>
      ) : (
        <>
          <TextField
            label={t("camera.url")}
            value={form.url}
            onInput={(url) => onChange({ url })}
            placeholder="rtsp://192.168.1.64:554/stream1"
            mono
            error={problems.has("url") ? t("camera.url.wrong") : undefined}
          />
          <TextField
            label={t("camera.subUrl")}
            value={form.subUrl}
            onInput={(subUrl) => onChange({ subUrl })}
            mono
            hint={t("camera.subUrl.hint")}
            error={problems.has("subUrl") ? t("camera.url.wrong") : undefined}
          />
        </>
      )}
      <div class="field-row">
        <TextField
          label={t("camera.user")}
          value={form.username}
          onInput={(username) => onChange({ username })}
        />
        <TextField
          label={t("camera.password")}
          type="password"
          autocomplete="new-password"
          value={form.password}
          onInput={(password) => onChange({ password })}
          hint={props.passwordHint}
        />
      </div>
      <SelectField
        label={t("camera.transport")}
        value={form.transport}
        choices={[
          { value: "auto", text: t("camera.transport.auto") },
          { value: "tcp", text: "TCP" },
          { value: "udp", text: "UDP" },
        ]}
        onChoose={(transport) => onChange({ transport })}
      />
    </>
  );
}
