// Loads a page's code when it is first shown; grey bars stand in until then, or that it did not come.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { complain } from "../state/toasts.ts";
import { ErrorNote, SkeletonRows } from "./controls.tsx";

const LOST = new ApiError({ status: 0, title: "offline", code: "NJ_UI_OFFLINE", detail: "" });

/** A part of a page, such as a dialog, whose code is fetched on first use. Until then, and where it does not come, nothing. */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function LazyPart(props: P) {
    const [Found, setFound] = useState<{ readonly part: ComponentType<P> } | undefined>(
      loaded === undefined ? undefined : { part: loaded },
    );
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
    return Found === undefined ? null : <Found.part {...props} />;
  };
}

/** A component whose code is fetched on first use. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
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
    return Found === undefined ? <SkeletonRows rows={8} /> : <Found.page />;
  };
}
