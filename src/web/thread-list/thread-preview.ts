/** The line under a thread's title: its newest message. Pure. */
import type { LastMessage, ThreadSummary } from "../../protocol/model.ts";

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
  const text = isDeleted(lastMessage) ? "Message deleted" : lastMessage.preview;
  if (lastMessage.author.id === ownId) return { author: "You", text };
  return kind === "direct" ? { text } : { author: lastMessage.author.name, text };
}

/** Whether the newest message was deleted. A stored message has a text until then, and so a preview. */
export function isDeleted({ preview }: LastMessage): boolean {
  return preview === "";
}
