/** The tasks of the load generator, and their figures. */
import { timeAcks, type AckFigures, type AckTask } from "./acks.ts";
import type { LoadConnections, OpenFigures, SocketTarget } from "./connections.ts";
import { fillHistory, type FillFigures, type FillTask } from "./fill-history.ts";
import { measureIntake, type IntakeFigures, type IntakeTask } from "./intake.ts";
import { notifyTabs, type NotifyFigures, type NotifyTask } from "./notify-tabs.ts";
import { resume, type ResumeFigures, type ResumeTask } from "./resume.ts";
import { loadRooms, type LoadFigures, type LoadTask } from "./room-load.ts";

interface OpenTask {
  targets: SocketTarget[];
  concurrency: number;
}

export interface Tasks {
  open: { input: OpenTask; figures: OpenFigures };
  /** Drops every connection. */
  drop: { input: object; figures: void };
  load: { input: LoadTask; figures: LoadFigures };
  acks: { input: AckTask; figures: AckFigures };
  fill: { input: FillTask; figures: FillFigures };
  resume: { input: ResumeTask; figures: ResumeFigures };
  notify: { input: NotifyTask; figures: NotifyFigures };
  intake: { input: IntakeTask; figures: IntakeFigures };
}

export type TaskName = keyof Tasks;
/** What is sent to the load generator, and what it sends back. */
export type TaskRequest = { [N in TaskName]: { name: N; input: Tasks[N]["input"] } }[TaskName];
export type TaskResult<F = unknown> = { ok: true; figures: F } | { ok: false; error: string };

/** Runs a task with the connections that were opened before. */
export function runTask(
  connections: LoadConnections,
  { name, input }: TaskRequest,
): Promise<Tasks[TaskName]["figures"]> {
  switch (name) {
    case "open":
      return connections.open(input.targets, input.concurrency);
    case "drop":
      return connections.drop();
    case "load":
      return loadRooms(connections, input);
    case "acks":
      return timeAcks(connections, input);
    case "fill":
      return fillHistory(connections, input);
    case "resume":
      return resume(input);
    case "notify":
      return notifyTabs(connections, input);
    case "intake":
      return measureIntake(connections, input);
  }
}
