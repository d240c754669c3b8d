// Loads a page's code when it is first shown; grey bars stand in until then.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { SkeletonRows } from "./controls.tsx";

/** A component whose code is fetched on first use. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  return function LazyPage() {
    const [Found, setFound] = useState<{ readonly page: ComponentType } | undefined>(
      loaded === undefined ? undefined : { page: loaded },
    );
    useEffect(() => {
      if (Found !== undefined) return;
      void load().then((page) => {
        loaded = page;
        setFound({ page });
      });
    }, []);
    return Found === undefined ? <SkeletonRows rows={8} /> : <Found.page />;
  };
}
