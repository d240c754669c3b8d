// Loads a page's code when it is first shown; grey bars stand in until then, or that it did not come.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { complain } from "../state/toasts.ts";
import { ErrorNote, SkeletonRows } from "./controls.tsx";

const LOST = new ApiError({ status: 0, title: "offline", code: "NJ_UI_OFFLINE", detail: "" });

/** A part of a page whose code is fetched on first use; nothing stands in until then. That it did not come is told. */
export function lazyPart<P>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function LazyPart(props: P) {
    const [Found, setFound] = useState(loaded === undefined ? undefined : { part: loaded });
    useEffect(() => {
      if (Found !== undefined) return;
      load().then(
        (part) => {
          loaded = part;
          setFound({ part });
        },
        () => complain(LOST),
      );
    }, []);
    // @ts-expect-error Preact's types do not know that P has what the component wants.
    return Found === undefined ? null : <Found.part {...props} />;
  };
}

/** Bars below a heading that is not known yet: what comes stands where it will stay. */
export function PageBars() {
  return (
    <div class="list-page">
      <div class="head" />
      <div class="awaited">
        <SkeletonRows rows={8} />
      </div>
    </div>
  );
}

/** A component whose code is fetched on first use; `Waiting` stands in until then. */
export function lazyPage(
  load: () => Promise<ComponentType>,
  Waiting: ComponentType = PageBars,
): ComponentType {
  let loaded: ComponentType | undefined;
  return function LazyPage() {
    const [Found, setFound] = useState<{ readonly page: ComponentType } | undefined>(
      loaded === undefined ? undefined : { page: loaded },
    );
    const [isLost, setLost] = useState(false);
    useEffect(() => {
      if (Found !== undefined) return;
      load().then(
        (page) => {
          loaded = page;
          setFound({ page });
        },
        () => setLost(true),
      );
    }, []);
    if (isLost) {
      // A newer recorder may serve other files by now: only the whole page anew brings them.
      return (
        <div class="awaited">
          <ErrorNote error={LOST} onRetry={() => location.reload()} />
        </div>
      );
    }
    return Found === undefined ? <Waiting /> : <Found.page />;
  };
}
