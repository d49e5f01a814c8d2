/** What is known of one thread while one is in it: the snapshot that a page shows. */
import type { ClientLimits, Member, Message, Role, ThreadInfo, User } from "../../protocol/model.ts";
import type { Connected } from "../connection/connection-state.ts";
import type { Cursor } from "./cursor.ts";

/** A message of one's own that is not known to be stored yet. */
export interface Outgoing {
  id: string;
  body: string;
  replyTo?: number | undefined;
  at: number;
  state: "pending" | "failed";
  /** Why it failed, for a person to read. */
  reason?: string | undefined;
}

export interface RoomState extends Connected {
  /** True from the first welcome on: what follows is real. */
  ready: boolean;
  user?: User;
  thread?: ThreadInfo;
  you?: { role: Role; readSeq: number } | undefined;
  cursor?: Cursor;
  members: readonly Member[];
  memberCount: number;
  /** Ascending by `seq`. Without a hole, but for a moment after a snapshot, while what is between is loaded. */
  messages: readonly Message[];
  /** Older ones, loaded because replies quote them: ascending, with holes. */
  quoted: readonly Message[];
  hasBefore: boolean;
  loadingBefore: boolean;
  outgoing: readonly Outgoing[];
  online: readonly User[];
  onlineCount: number;
  /** Who is typing, each until then as `performance.now()` tells it: the machine's clock may be put back. */
  typing: readonly { userId: string; until: number }[];
  limits?: ClientLimits;
}

export const EMPTY_ROOM: RoomState = {
  connection: "connecting",
  ready: false,
  members: [],
  memberCount: 0,
  messages: [],
  quoted: [],
  hasBefore: false,
  loadingBefore: false,
  outgoing: [],
  online: [],
  onlineCount: 0,
  typing: [],
};

/** The message `seq`, as far as this room has it. */
export function messageIn(
  { messages, quoted }: Pick<RoomState, "messages" | "quoted">,
  seq: number,
): Message | undefined {
  // In a list without a hole a message's place is known.
  const likely = messages[seq - (messages[0]?.seq ?? 1)];
  if (likely?.seq === seq) return likely;
  return [...messages, ...quoted].find((message) => message.seq === seq);
}

/** The person behind an id, as far as this room knows them. */
export function personIn(state: RoomState, userId: string): User | undefined {
  return (
    state.online.find(({ id }) => id === userId) ??
    state.members.find(({ user }) => user.id === userId)?.user ??
    state.messages.findLast(({ author }) => author.id === userId)?.author
  );
}
