// A section of the system page that leads to a page of its own.
import { type MessageKey, t } from "../../locale/messages.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";

/** What lies there, and the button that leads to it. */
export function LinkSection(props: {
  readonly title: MessageKey;
  readonly text: MessageKey;
  readonly button: MessageKey;
  readonly icon: IconName;
  /** Where to, as {@link href} takes it. */
  readonly path: string;
}) {
  return (
    <section>
      <h2>{t(props.title)}</h2>
      <p class="muted">{t(props.text)}</p>
      <p>
        <a class="button" href={href(props.path)} onClick={followLink}>
          <Icon name={props.icon} />
          {t(props.button)}
        </a>
      </p>
    </section>
  );
}
