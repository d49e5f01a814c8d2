/** The load generator's process, as its parent sees it. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TaskResult, TaskName, Tasks } from "./tasks.ts";

export class LoadProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL("generator.ts", import.meta.url)), {
      // Not the parent's, which may be a test runner.
      execArgv: [],
      // JSON has no NaN.
      serialization: "advanced",
    });
  }

  /** Runs a task, one at a time. Throws what the task threw. */
  async run<N extends TaskName>(name: N, input: Tasks[N]["input"]): Promise<Tasks[N]["figures"]> {
    const ended = new AbortController();
    const gone = () => ended.abort(new Error("the load generator has ended"));
    this.#child.once("exit", gone);
    this.#child.send({ name, input });
    try {
      const [answer] = (await once(this.#child, "message", { signal: ended.signal })) as [
        TaskResult<Tasks[N]["figures"]>,
      ];
      if (!answer.ok) throw new Error(answer.error);
      return answer.figures;
    } finally {
      this.#child.off("exit", gone);
    }
  }

  /** Kills it, and with it every socket. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
