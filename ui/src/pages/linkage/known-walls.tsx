// The walls that rules can name: which are open, when the others were seen last, and how a screen becomes one.
import type { LinkageView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { momentText, utcText } from "../../state/moment-text.ts";

export function KnownWalls(props: {
  readonly walls: LinkageView["walls"];
  readonly onForget: (name: string) => void;
}) {
  return (
    <section class="linkage-lately">
      <h2>{t("linkage.walls.known")}</h2>
      {props.walls.length === 0 ? (
        <p class="muted linkage-walls-none">{t("linkage.walls.none")}</p>
      ) : (
        <div class="table-box">
          <table class="linkage-walls">
            <tbody>
              {props.walls.map(({ name, screens, seen }) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td>
                    <span class="state">
                      <Icon name={screens > 0 ? "check" : "wall"} size={14} />
                      {screens === 0
                        ? t("linkage.walls.closed")
                        : screens === 1
                          ? t("linkage.walls.open")
                          : t("linkage.walls.openAs", { count: screens })}
                      <span class="muted" title={utcText(seen)}>
                        {momentText(seen)}
                      </span>
                    </span>
                  </td>
                  <td>
                    <div class="row-actions">
                      {screens > 0 ? null : (
                        <IconButton
                          icon="remove"
                          label={t("linkage.walls.forget", { name })}
                          onClick={() => props.onForget(name)}
                        />
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
