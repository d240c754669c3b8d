// The table of watched nodes: how each is, since when and why.
import type { NodeView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton } from "../../parts/controls.tsx";
import { replaceQuery } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { mayAdminister } from "../../state/recorder.ts";
import { NODE_STATUS, nodeReasonText } from "./node-words.ts";

export function NodeTable(props: {
  readonly nodes: readonly NodeView[];
  readonly onRemove: (node: NodeView) => void;
}) {
  return (
    <div class="table-box">
      <table class="node-table">
        <thead>
          <tr>
            <th scope="col">{t("nodes.name")}</th>
            <th scope="col">{t("nodes.state")}</th>
            <th scope="col" class="node-wide">
              {t("nodes.version")}
            </th>
            <th scope="col">
              <span class="unseen">{t("nodes.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.nodes.map((node) => (
            <tr key={node.id} data-node={node.id}>
              <td>
                <strong>{node.name}</strong>
                <small>
                  <a class="plain" href={node.url} target="_blank" rel="noreferrer">
                    {node.url}
                  </a>
                </small>
              </td>
              <td>
                <NodeState node={node} />
              </td>
              <td class="node-wide">{node.version ?? ""}</td>
              <td>
                {mayAdminister.value ? (
                  <div class="row-actions">
                    <IconButton
                      icon="edit"
                      label={t("nodes.edit", { name: node.name })}
                      onClick={() => replaceQuery({ node: node.id })}
                    />
                    <IconButton
                      icon="remove"
                      label={t("nodes.remove", { name: node.name })}
                      onClick={() => props.onRemove(node)}
                    />
                  </div>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NodeState({ node: { status, since, reason, answered } }: { readonly node: NodeView }) {
  const { text, dot } = NODE_STATUS[status];
  return (
    <>
      <span class="state">
        <span class={`dot${dot}`} />
        <strong>{t(text)}</strong>
      </span>
      <small title={utcText(since)}>{t("nodes.since", { moment: momentText(since) })}</small>
      {reason === undefined ? null : <small class="node-reason">{nodeReasonText(reason)}</small>}
      {status === "online" || answered === undefined ? null : (
        <small title={utcText(answered)}>{t("nodes.answered", { moment: momentText(answered) })}</small>
      )}
    </>
  );
}
