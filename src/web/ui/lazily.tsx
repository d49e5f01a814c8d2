/** A component that is fetched when it is first shown, so that what few people use does not make the page larger. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { importAgain } from "../../client/import-again.ts";

/**
 * Shows nothing until the module has come. Where it does not come, `onFailed` is called, and the next showing fetches it
 * again.
 */
export function lazily<Props extends object, Module>(
  load: () => Promise<Module>,
  component: (module: Module) => ComponentType<Props>,
): ComponentType<Props & { onFailed?: (() => void) | undefined }> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazily({ onFailed, ...props }) {
    const [, rerender] = useState(0);
    useEffect(() => {
      const fetchIt = async () => {
        loaded = component(await importAgain(load));
        rerender((count) => count + 1);
      };
      if (!loaded) fetchIt().catch(() => onFailed?.());
    }, []);
    const Loaded = loaded;
    return Loaded ? <Loaded {...(props as unknown as Props)} /> : null;
  };
}
