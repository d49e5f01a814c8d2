/** The generator's process, as whoever measures sees it. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, OrderName, Orders } from "./orders.ts";

export class LoadProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL("generator.ts", import.meta.url)), {
      // Not those of whoever starts it, such as a test runner's.
      execArgv: [],
      // JSON would turn what is not known (NaN) into something else.
      serialization: "advanced",
    });
  }

  /** Has it do something; one thing at a time. */
  async do<N extends OrderName>(name: N, order: Orders[N]["order"]): Promise<Orders[N]["figures"]> {
    const ended = new AbortController();
    const gone = () => ended.abort(new Error("the generator's process ended"));
    this.#child.once("exit", gone);
    this.#child.send({ name, order });
    try {
      const [answer] = (await once(this.#child, "message", { signal: ended.signal })) as [
        Answer<Orders[N]["figures"]>,
      ];
      if (!answer.ok) throw new Error(answer.error);
      return answer.figures;
    } finally {
      this.#child.off("exit", gone);
    }
  }

  /** Ends it, and with it every socket. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
