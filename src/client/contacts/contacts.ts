/**
 * The entry `lilypad/contacts`: invitations and message requests, blocks, and links into a thread, as functions over HTTP. An
 * entry of its own, so that the client stays small.
 */
import type { BlockPage, InvitationList } from "../../protocol/http.ts";
import type { Thread } from "../../protocol/model.ts";
import type { Client } from "../client.ts";
import { apiPath, queryString } from "../http/url.ts";

/** Each call rejects with a `RequestError`. */
export interface Contacts {
  /** Accepts an invitation to a group, or a message request. */
  accept(threadId: string): Promise<Thread>;
  /** Declines it: whoever invited cannot invite there again for 30 days. */
  decline(threadId: string): Promise<void>;
  /** Who is invited to a group, for its moderators. */
  invitations(threadId: string): Promise<InvitationList["invitations"]>;
  /** Withdraws an invitation, whether or not there is one. */
  withdraw(threadId: string, userId: string): Promise<void>;
  /** Takes a direct thread off the list until its next message. */
  hide(threadId: string, ownId: string): Promise<void>;
  /** Joins a thread by the code of an invitation link. */
  join(code: string): Promise<Thread>;
  /** Whom the user has blocked. */
  blocks(page?: { cursor?: string | undefined; limit?: number }): Promise<BlockPage>;
  /** Neither of the two can write to, invite, or see the other from now on. Nobody learns of it. */
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
}

/** The calls for a client. */
export function createContacts({ request }: Pick<Client, "request">): Contacts {
  const threadPath = (...parts: readonly string[]) => apiPath("threads", ...parts);
  return {
    accept: (threadId) => request("POST", threadPath(threadId, "accept")),
    decline: (threadId) => request("POST", threadPath(threadId, "decline")),
    invitations: async (threadId) => {
      const { invitations } = await request<InvitationList>("GET", threadPath(threadId, "invitations"));
      return invitations;
    },
    withdraw: (threadId, userId) => request("DELETE", threadPath(threadId, "members", userId)),
    hide: (threadId, ownId) => request("DELETE", threadPath(threadId, "members", ownId)),
    join: (code) => request("POST", apiPath("links", code)),
    blocks: (page) => request("GET", apiPath("blocks") + queryString(page)),
    block: (userId) => request("PUT", apiPath("blocks", userId)),
    unblock: (userId) => request("DELETE", apiPath("blocks", userId)),
  };
}
