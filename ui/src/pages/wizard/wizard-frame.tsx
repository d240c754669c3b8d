// The card around the steps of the first run, with where one is.
import type { ComponentChildren } from "preact";
import { t } from "../../locale/messages.ts";
import { Logo } from "../../parts/icon.tsx";
import { LanguageSelect } from "../../parts/language-select.tsx";

export const WIZARD_STEPS = 4;

/** One step. */
export function WizardFrame(props: {
  readonly step: number;
  readonly title: string;
  readonly text: string;
  readonly children: ComponentChildren;
}) {
  return (
    <main class="door">
      <div class="door-card wizard">
        <div class="door-brand">
          <Logo size={32} />
          <span>Nightjar</span>
          <div class="spring" />
          <LanguageSelect />
        </div>
        <p class="steps" role="status">
          <span class="unseen">{t("wizard.step", { step: props.step, steps: WIZARD_STEPS })}</span>
          {Array.from({ length: WIZARD_STEPS }, (_, index) => (
            <i key={index} class={index < props.step ? "done" : ""} aria-hidden="true" />
          ))}
        </p>
        <h1>{props.title}</h1>
        <p class="muted">{props.text}</p>
        {props.children}
      </div>
    </main>
  );
}
