// Why a plugin does not run, or a job was not done: in the viewer's language, with the recorder's own words where they
// say more.
import { reasonText } from "../../locale/told-reasons.ts";

/** Nothing where there is no reason. */
export function Reason({ of }: { readonly of: Parameters<typeof reasonText>[0] }) {
  const reason = reasonText(of);
  if (reason === undefined) return null;
  return (
    <>
      <p class={reason.detail === undefined ? "plugin-reason" : ""}>{reason.text}</p>
      {reason.detail === undefined ? null : <p class="plugin-reason">{reason.detail}</p>}
    </>
  );
}
