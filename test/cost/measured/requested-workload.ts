/** The workload to measure: the COST_USE environment variable, provided by vitest.config.ts. */
import { inject } from "vitest";
import { workloadFrom, type Workload } from "../workload.ts";

declare module "vitest" {
  export interface ProvidedContext {
    costUse: string | undefined;
  }
}

/** The workload that the script passed on; the default one without a script. */
export function requestedWorkload(): Workload {
  return workloadFrom(JSON.parse(inject("costUse") ?? "{}"));
}
