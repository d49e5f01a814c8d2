/** The line under a thread's title: what the user is composing there, or the newest message. Pure. */
import type { ThreadSummary } from "../../protocol/model.ts";

export interface ThreadPreview {
  /** Whether it is what the user is composing. */
  draft?: boolean;
  /** Of the newest message, where the reader could not tell. */
  author?: string;
  text: string;
}

export function threadPreview(
  { lastMessage, kind }: Pick<ThreadSummary, "lastMessage" | "kind">,
  ownId: string,
  draft?: string,
): ThreadPreview {
  if (draft !== undefined) return { draft: true, text: draft };
  if (!lastMessage) return { text: "No messages yet" };
  const text = lastMessage.deletedAt !== undefined ? "Message deleted" : lastMessage.preview;
  if (lastMessage.author.id === ownId) return { author: "You", text };
  return kind === "direct" ? { text } : { author: lastMessage.author.name, text };
}
