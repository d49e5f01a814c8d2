/** Notifying the members of a large thread. Lilypad alone: the other servers have no users. */
import { requestJson } from "../../chaos/support/request-json.ts";
import { signIn, type SignedInUser } from "../../chaos/support/users.ts";
import { lilypadTarget, requireLilypad } from "../systems/lilypad.ts";
import { ERRORS, TIMES } from "./columns.ts";
import { inParallel } from "./in-parallel.ts";
import { MESSAGE_LENGTH, CONCURRENCY } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

const SIGN_INS_AT_ONCE = 50;
/** Notifications are coalesced for up to a second; messages further apart get one each. */
const GAP_MS = 1_200;
const MESSAGES = 10;

export const notifications: Scenario = {
  name: "notify",
  title: "Notifications of a message to the members of a large thread",
  note: "From sending it in the thread until the last tab that is open elsewhere has its notification; one message at a time.",
  columns: [...TIMES, ERRORS],
  supports: ({ name }) => name === "lilypad",
  run: async ({ running, generator, scale, report }) => {
    const { server, pid } = requireLilypad(running);
    const members: SignedInUser[] = [];
    for (let i = 0; i < scale.members; i += SIGN_INS_AT_ONCE) {
      const count = Math.min(SIGN_INS_AT_ONCE, scale.members - i);
      const ids = Array.from({ length: count }, (_id, k) => `member${i + k}`);
      members.push(...(await signIn(server, ids)));
    }
    const [owner] = members;
    if (!owner) throw new Error("the scenario needs members");
    const { id } = await owner.api.createThread({ kind: "public", name: "all hands" });
    await inParallel(members.slice(1), (member) =>
      requestJson(server, member, "PUT", `/api/threads/${id}/members/${member.id}`, {}),
    );
    const sender = lilypadTarget(server, owner, `/api/threads/${id}/socket`);
    const tabs = members
      .slice(1, scale.online + 1)
      .map((member) => lilypadTarget(server, member, "/api/presence/socket"));
    // `notify` sends from the first socket.
    await generator.run("open", { targets: [sender], concurrency: 1 });
    await generator.run("open", { targets: tabs, concurrency: CONCURRENCY });
    const { errorDetails, ...figures } = await generator.run("notify", {
      messages: MESSAGES,
      gapMs: GAP_MS,
      bodyLength: MESSAGE_LENGTH,
      pid,
    });
    const text = (count: number) => count.toLocaleString("en");
    report(`${text(scale.members)} members, ${text(scale.online)} online`, figures, { errorDetails });
  },
};
