/** The line under a thread's title: its newest message. Pure. */
import type { ThreadSummary } from "../../protocol/model.ts";

/** The newest message, and its author where the reader could not tell. */
export interface ThreadPreview {
  author?: string;
  text: string;
}

export function threadPreview(
  { lastMessage, kind }: Pick<ThreadSummary, "lastMessage" | "kind">,
  ownId: string,
): ThreadPreview {
  if (!lastMessage) return { text: "No messages yet" };
  const text = lastMessage.deletedAt !== undefined ? "Message deleted" : lastMessage.preview;
  if (lastMessage.author.id === ownId) return { author: "You", text };
  return kind === "direct" ? { text } : { author: lastMessage.author.name, text };
}
