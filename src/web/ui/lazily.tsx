/** A component that is fetched when it is first shown, so that what few people use does not make the page larger. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { importAgain } from "../../client/import-again.ts";
import { ErrorMessage } from "./error-message.tsx";

/**
 * Shows nothing until the module has come. Where it does not come, it says so, or calls `onFailed`; the next showing fetches
 * it again.
 */
export function lazily<Props extends object, Module>(
  load: () => Promise<Module>,
  component: (module: Module) => ComponentType<Props>,
): ComponentType<Props & { onFailed?: (() => void) | undefined }> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazily({ onFailed, ...props }) {
    const [state, setState] = useState<"loading" | "loaded" | "failed">("loading");
    useEffect(() => {
      const fetchIt = async () => {
        loaded = component(await importAgain(load));
        setState("loaded");
      };
      if (!loaded) fetchIt().catch(() => (onFailed ? onFailed() : setState("failed")));
    }, []);
    const Loaded = loaded;
    if (Loaded) return <Loaded {...(props as unknown as Props)} />;
    return state === "failed" ? <ErrorMessage text="This could not be loaded. Try again." /> : null;
  };
}
