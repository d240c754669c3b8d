// What stands in the place of data that was asked for and is not there: grey bars while it is on its way, else why it
// did not come, with a button that asks again. What is there already stays on show when asking again fails.
import type { Asked } from "../state/use-answer.ts";
import { BackButton, ErrorNote, SkeletonRows } from "./controls.tsx";

/** In a section or dialog that waits for its data; draws nothing once all is well. */
export function Awaited({ of, rows }: { readonly of: Asked; readonly rows: number }) {
  if (of.error !== undefined) return <ErrorNote error={of.error} onRetry={of.retry} />;
  return of.answer === undefined ? <SkeletonRows rows={rows} /> : null;
}

/** In place of a whole page: its heading stands where it will stay. */
export function AwaitedPage(props: {
  readonly title: string;
  readonly of: Asked;
  readonly rows?: number;
  /** The page that this one lies below, where its heading leads back. */
  readonly below?: string;
}) {
  return (
    <div class="list-page">
      <div class="head">
        {props.below === undefined ? null : <BackButton to={props.below} />}
        <h1>{props.title}</h1>
      </div>
      <div class="awaited">
        <Awaited of={props.of} rows={props.rows ?? 8} />
      </div>
    </div>
  );
}
