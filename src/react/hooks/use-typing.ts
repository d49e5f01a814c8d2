/** Who is typing. */
import type { RoomState, User } from "../../client/client.ts";
import { personIn } from "../../client/room/room-state.ts";
import { useThreadState } from "./use-thread.ts";

/** The others who are typing in a thread. One who is not known has an empty name. */
export function useTyping(thread: string): readonly User[] {
  return useThreadState(thread, typingIn, arePeopleEqual);
}

function typingIn(state: RoomState): readonly User[] {
  return state.typing
    .filter(({ userId }) => userId !== state.user?.id)
    .map(({ userId }) => personIn(state, userId) ?? { id: userId, name: "" });
}

function arePeopleEqual(some: readonly User[], others: readonly User[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, name, avatarUrl }, index) => {
      const other = others[index];
      return id === other?.id && name === other.name && avatarUrl === other.avatarUrl;
    })
  );
}
