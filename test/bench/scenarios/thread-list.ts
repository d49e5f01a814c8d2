/** Listing a user's threads. Lilypad alone: the other servers have no users. */
import { requestJson } from "../../chaos/support/request-json.ts";
import { signIn } from "../../chaos/support/users.ts";
import { latencies } from "../load/latencies.ts";
import { requireLilypad } from "../systems/lilypad.ts";
import { TIMES } from "./columns.ts";
import { inParallel } from "./in-parallel.ts";
import type { Scenario } from "./scenario.ts";

const THREADS = 200;

export const threadList: Scenario = {
  name: "threads",
  title: `Listing a user's ${THREADS} threads`,
  note: "One request, over HTTP.",
  columns: TIMES,
  supports: ({ name }) => name === "lilypad",
  run: async ({ running, scale, report }) => {
    const { server } = requireLilypad(running);
    const [user] = await signIn(server, ["owner"]);
    if (!user) throw new Error("the scenario needs a user");
    await inParallel(Array.from({ length: THREADS }), async () => {
      const { id } = await user.api.createThread({ kind: "group", name: "one of many", memberIds: [] });
      await requestJson(server, user, "POST", `/api/threads/${id}/messages`, { body: "the first" });
    });
    const times: number[] = [];
    for (let i = 0; i < scale.times; i++) {
      const startedAt = performance.now();
      const path = `/api/threads?limit=${THREADS}`;
      const { threads } = await requestJson<{ threads: unknown[] }>(server, user, "GET", path);
      times.push(performance.now() - startedAt);
      if (threads.length !== THREADS) throw new Error(`${threads.length} threads are listed`);
    }
    report("", { ...latencies(times) });
  },
};
