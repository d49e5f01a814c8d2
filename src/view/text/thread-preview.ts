/** The line under a thread's title: what the user is composing there, or the newest message. Pure. */
import type { ThreadSummary } from "../../protocol/model.ts";
import { ENGLISH, type Words } from "./words.ts";

export interface ThreadPreview {
  /** Whether it is what the user is composing. */
  draft?: boolean;
  /** Of the newest message, where the reader could not know. */
  author?: string;
  text: string;
}

export function threadPreview(
  { lastMessage, kind }: Pick<ThreadSummary, "lastMessage" | "kind">,
  ownId: string,
  draft?: string,
  words: Pick<Words, "noMessages" | "messageDeleted" | "you"> = ENGLISH,
): ThreadPreview {
  if (draft !== undefined) return { draft: true, text: draft };
  if (!lastMessage) return { text: words.noMessages };
  const text = lastMessage.deletedAt !== undefined ? words.messageDeleted : lastMessage.preview;
  if (lastMessage.author.id === ownId) return { author: words.you, text };
  return kind === "direct" ? { text } : { author: lastMessage.author.name, text };
}
