/** An invitation or a message request, as the user sees it, and what it takes to block whoever made it. */
import type { Contacts } from "../../client/contacts/contacts.ts";
import type { RoomState } from "../../client/room/room-state.ts";
import type { ThreadSummary, User } from "../../protocol/model.ts";
import { otherMember, threadTitle } from "../text/thread-title.ts";
import type { Words } from "../text/words.ts";

/** What a request is listed under: of a message request, its author. `person` is absent for a group. */
export function requestTitle(
  request: ThreadSummary,
  ownId: string,
  words?: Words,
): { title: string; person: User | undefined } {
  const person = request.kind === "direct" ? (request.invitedBy ?? otherMember(request, ownId)) : undefined;
  return { title: person?.name ?? threadTitle(request, ownId, words), person };
}

/**
 * Whether an open thread is a message request that the user has not accepted, of which they are no member yet. Addresses in it
 * are not links: whoever wrote them is a stranger.
 */
export function isUnaccepted({ thread, you }: Pick<RoomState, "thread" | "you">): boolean {
  return thread?.kind === "direct" && you === undefined;
}

/** Blocks who invited the user, and declines. Without `invitedBy`, where nobody can be blocked, it declines alone. */
export async function blockInviter(
  contacts: Pick<Contacts, "block" | "decline">,
  { id, invitedBy }: Pick<ThreadSummary, "id" | "invitedBy">,
): Promise<void> {
  if (invitedBy) await contacts.block(invitedBy.id);
  await contacts.decline(id);
}
