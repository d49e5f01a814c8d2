/** Opening a thread: loads the messages at which it opens, where they are not among the newest. */
import { useLayoutEffect, useState } from "preact/hooks";
import { findMessage, type RoomState } from "../../client/room/room-state.ts";
import type { Room } from "../../client/room/room.ts";

/**
 * Whether the messages can be shown: those at which the thread opens are loaded, or cannot be. `wanted` is the message to
 * open at; without one, it is the first that is unread.
 */
export function useOpening(
  room: Pick<Room, "getSnapshot" | "loadMessages">,
  state: Pick<RoomState, "ready">,
  wanted: number | undefined,
): boolean {
  const [isOpen, setOpen] = useState(false);
  const { ready } = state;
  useLayoutEffect(() => {
    if (!ready || isOpen) return;
    const seq = wanted ?? firstUnread(room.getSnapshot());
    const loaded =
      seq === undefined || findMessage(room.getSnapshot().messages, seq)
        ? undefined
        : room.loadMessages({ around: seq });
    const open = () => setOpen(true);
    if (loaded) void loaded.then(open, open);
    else open();
  }, [ready]);
  return isOpen;
}

/** The first message that the user has not read; undefined if there is none, or the user has no read marker. */
function firstUnread({ you, messages }: RoomState): number | undefined {
  const newest = messages.at(-1)?.seq ?? 0;
  return you && you.readSeq < newest ? you.readSeq + 1 : undefined;
}
