/** The way of a command into a thread that has a check. */
import { expect, it, vi } from "vitest";
import { LilypadError } from "../../../src/protocol/errors.ts";
import type { User } from "../../../src/protocol/model.ts";
import type { Check } from "../../../src/thread/writing/check-queue.ts";
import { SenderRates } from "../../../src/thread/writing/sender-rates.ts";
import { Writer, type WriterParts } from "../../../src/thread/writing/writer.ts";

const member = { id: "ada", name: "Ada" };
const stranger = { id: "eve", name: "Eve" };

/** A writer over a group of one member, with this check and no storage. */
function writerWith(check: Check): Writer {
  const role = (userId: string) => (userId === member.id ? "member" : null);
  const thread = {
    kind: "group",
    isDeleting: false,
    isSeenBy: ({ id }: User) => role(id) !== null,
    messages: { write: () => {} },
    deduplication: { takeScanned: () => 0 },
    standing: ({ id }: User) => {
      if (role(id) === null) throw new LilypadError("not_found", "There is no such thread.");
    },
  };
  const parts = {
    storage: { transactionSync: (work: () => unknown) => work() },
    store: { current: thread, require: () => thread },
    broadcaster: { room: { coalesce: (work: () => unknown) => work() }, flushJoinsAndLeaves: () => {} },
    notifier: {},
    webhooks: {},
    reports: { changed: () => {} },
  } as unknown as WriterParts;
  const unlimited = { admit: () => {}, count: () => {} };
  return new Writer(parts, new SenderRates({ burst: 0, per10s: 0 }, unlimited), [check]);
}

const chat = { type: "chat", id: "1", body: "hello" } as const;

it("a stranger's command causes no check, and is refused as if there were no thread", async () => {
  const check = vi.fn<Check>();
  await expect(writerWith(check).run(stranger, chat)).rejects.toMatchObject({ code: "not_found" });
  expect(check).not.toHaveBeenCalled();
});

it("a member's command is checked before it is applied, and refused with the error of the check", async () => {
  const check = vi.fn<Check>(() => Promise.reject(new LilypadError("forbidden", "Not here.")));
  await expect(writerWith(check).run(member, chat)).rejects.toMatchObject({ code: "forbidden" });
  expect(check).toHaveBeenCalledExactlyOnceWith(member, chat, undefined);
});
