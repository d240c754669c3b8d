// The frame of the pages below System: heading, what belongs beside it, and the way back.
import type { ComponentChildren } from "preact";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";

/** The frame; `beside` stands in the line of the heading. */
export function SystemSubPage(props: {
  readonly title: string;
  readonly beside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="list-page">
      <div class="head">
        <h1>{props.title}</h1>
        <span class="spring" />
        {props.beside}
        <a class="button ghost" href={href("system")} onClick={followLink} aria-label={t("transfer.back")}>
          <Icon name="left" />
          <span class="wide-only">{t("transfer.back")}</span>
        </a>
      </div>
      {props.children}
    </div>
  );
}
