/** The load generator: a process of its own, which runs the tasks that it gets over IPC. */
import { Connections } from "./connections.ts";
import { runTask, type Answer, type Message } from "./tasks.ts";

const connections = new Connections();

process.on("message", (message: Message) => {
  runTask(connections, message).then(
    (figures) => process.send?.({ ok: true, figures } satisfies Answer),
    (error: unknown) => process.send?.({ ok: false, error: String(error) } satisfies Answer),
  );
});
// The parent process has ended.
process.on("disconnect", () => process.exit());
