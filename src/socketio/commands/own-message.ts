/** Messages that an application has stored by REST, and then emits. */
import type { Message, User } from "../../protocol/model.ts";
import { callForValue, type Stub } from "../../rpc/call.ts";
import type { ThreadRpc } from "../../rpc/thread.ts";

/** A message of the user's own that is stored, if there is one with this number. */
export async function ownMessage(
  thread: () => Stub<ThreadRpc>,
  user: User,
  seq: number,
): Promise<Message | undefined> {
  const { messages } = await callForValue(thread, (object) =>
    object.messages(user, { around: seq, limit: 1 }),
  );
  return messages.find((message) => message.seq === seq && message.author.id === user.id);
}
