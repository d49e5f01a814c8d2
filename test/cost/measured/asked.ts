/** The use to be measured: COST_USE, handed on by vitest.config.ts. */
import { inject } from "vitest";
import { useFrom, type Use } from "../use.ts";

declare module "vitest" {
  export interface ProvidedContext {
    costUse: string | undefined;
  }
}

/** What the script was asked for; the standard use where nobody asked. */
export function askedUse(): Use {
  return useFrom(JSON.parse(inject("costUse") ?? "{}"));
}
