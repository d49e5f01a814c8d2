/** Above the list of threads: who has invited the user, or wants to write to them. Counts in no badge of unread messages. */
import { useState } from "preact/hooks";
import type { ThreadSummary, User } from "../../protocol/model.ts";
import { requestTitle } from "../../view/contacts/incoming-request.ts";
import { useChat } from "../chat-context.ts";
import { UndoBar } from "../conversation/undo-bar.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { useStore } from "../ui/use-store.ts";
import { ViewLink } from "../view-link.tsx";
import { WHO_MAY_WRITE } from "../../view/contacts/privacy-text.ts";
import { RequestActions, REQUESTS } from "./request-actions.tsx";
import "./requests.css";

export interface RequestsProps {
  user: User;
  requests: readonly ThreadSummary[];
}

export function Requests({ user, requests }: RequestsProps) {
  const [open, setOpen] = useState(false);
  const removals = useChat().removals.of(REQUESTS);
  const { held, underway } = useStore(removals);
  const chosen = new Set([...held, ...underway].map(({ key }) => key));
  const waiting = requests.filter(({ id }) => !chosen.has(id));
  return (
    <>
      {waiting.length > 0 && (
        <section class="requests" aria-label="Requests">
          <button type="button" class="requests-head" aria-expanded={open} onClick={() => setOpen(!open)}>
            <span>Requests</span>
            <span class="requests-count">
              <Text>{waiting.length}</Text>
            </span>
          </button>
          {open && (
            <>
              <p class="note">{WHO_MAY_WRITE}</p>
              <ul>
                {waiting.map((request) => (
                  <RequestRow key={request.id} request={request} user={user} />
                ))}
              </ul>
            </>
          )}
        </section>
      )}
      <div class="requests-undo">
        <UndoBar removals={held} onUndo={() => removals.undo()} />
      </div>
    </>
  );
}

function RequestRow({ request, user }: { request: ThreadSummary; user: User }) {
  const { id, kind, invitedBy, memberCount = 0, lastMessage } = request;
  const isDirect = kind === "direct";
  const { title, person } = requestTitle(request, user.id);
  return (
    <li class="request">
      <Avatar id={person?.id ?? id} name={title} avatarUrl={person?.avatarUrl} />
      <div class="request-text">
        {isDirect ? (
          <ViewLink threadId={id} class="request-title">
            <UserText text={title} />
          </ViewLink>
        ) : (
          <UserText as="p" class="request-title" text={title} />
        )}
        {isDirect ? (
          <UserText as="p" class="note" text={lastMessage?.preview ?? "Wants to write to you"} />
        ) : (
          <p class="note">
            {invitedBy && (
              <>
                Invited by <UserText text={invitedBy.name} /> ·{" "}
              </>
            )}
            <Text>{`${memberCount} ${memberCount === 1 ? "member" : "members"}`}</Text>
          </p>
        )}
      </div>
      <RequestActions request={request} title={title} />
    </li>
  );
}
