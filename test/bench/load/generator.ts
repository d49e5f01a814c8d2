/** The load generator: a process of its own, which runs the tasks that it gets over IPC. */
import { LoadConnections } from "./connections.ts";
import { runTask, type TaskResult, type TaskRequest } from "./tasks.ts";

const connections = new LoadConnections();

process.on("message", (message: TaskRequest) => {
  runTask(connections, message).then(
    (figures) => process.send?.({ ok: true, figures } satisfies TaskResult),
    (error: unknown) => process.send?.({ ok: false, error: String(error) } satisfies TaskResult),
  );
});
// The parent process has ended.
process.on("disconnect", () => process.exit());
