/** One step of a purge. The thread itself runs it (moderation/purging.ts); nobody else may. */
import { isHost } from "../../../protocol/system-user.ts";
import { forbidden } from "../../errors.ts";
import { erase } from "../../messages/commands/delete.ts";
import type { CommandEntry } from "../../writing/command.ts";

export const purgeEntry: CommandEntry<"purge"> = {
  run(thread, user, _command, now) {
    if (!isHost(user)) throw forbidden();
    const step = thread.purges.takeStep();
    const events = (step?.seqs ?? []).flatMap((seq) => {
      const message = thread.messages.get(seq);
      return message.deletedAt === undefined ? erase(thread, message, { by: step?.by ?? user.id }, now) : [];
    });
    return { value: undefined, events, ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "commit",
};
