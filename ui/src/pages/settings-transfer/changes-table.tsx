// What an import of settings would change: place by place, what stays as it is and why, and what will be missing.
import type { SettingsChanges } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";

const KINDS = {
  added: "transfer.kind.added",
  changed: "transfer.kind.changed",
  removed: "transfer.kind.removed",
  set: "transfer.kind.set",
} as const;

/** The table and the sentences below it. */
export function ChangesTable({ changes }: { readonly changes: SettingsChanges }) {
  const { differences, more, refused, notes } = changes;
  return (
    <>
      {differences.length === 0 ? (
        <p class="good-line">
          <Icon name="check" />
          {t("transfer.changes.none")}
        </p>
      ) : (
        <>
          <p role="status">{t("transfer.changes.count", { count: differences.length + more })}</p>
          <div class="table-box changes">
            <table>
              <thead>
                <tr>
                  <th>{t("transfer.changes.place")}</th>
                  <th>{t("transfer.changes.before")}</th>
                  <th>{t("transfer.changes.after")}</th>
                </tr>
              </thead>
              <tbody>
                {differences.map((one) => (
                  <tr key={one.path}>
                    <td>
                      <code>{one.path}</code>
                      <small>{t(KINDS[one.kind])}</small>
                    </td>
                    {one.secret === true ? (
                      <td colSpan={2} class="muted">
                        {t("transfer.changes.secret")}
                      </td>
                    ) : (
                      <>
                        <td>{one.before === undefined ? "" : <code>{one.before}</code>}</td>
                        <td>{one.after === undefined ? "" : <code>{one.after}</code>}</td>
                      </>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {more > 0 ? <p class="muted">{t("transfer.changes.more", { count: more })}</p> : null}
        </>
      )}
      {refused.length === 0 ? null : (
        <div>
          <h3>{t("transfer.refused")}</h3>
          <ul class="problem-list">
            {refused.map(({ path, reason }) => (
              <li key={path}>
                <Icon name="warning" />
                <div>
                  <code>{path}</code> {reason}
                </div>
              </li>
            ))}
          </ul>
        </div>
      )}
      {notes.length === 0 ? null : (
        <ul class="problem-list">
          {notes.map((note) => (
            <li key={note}>
              <Icon name="info" />
              <div>{note}</div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
