/** What can be done about an invitation or a message request, in one tap each; all of it can be undone for some seconds. */
import type { ThreadSummary } from "../../protocol/model.ts";
import { useChat } from "../chat-context.ts";
import { blockInviter } from "../../view/contacts/incoming-request.ts";
import { isolated } from "../../view/text/bidi.ts";
import type { RemovalKind } from "../../view/removals/held-removals.ts";
import { useContacts } from "./use-contacts.ts";
import "./request-actions.css";

export interface RequestActionsProps {
  request: Pick<ThreadSummary, "id" | "invitedBy">;
  /** What it is called, for screen readers. */
  title: string;
  /** Called when one was chosen. */
  onChosen?: () => void;
}

/** The removals of requests are held together. */
export const REQUESTS = "requests";

export function RequestActions({ request, title, onChosen }: RequestActionsProps) {
  const contacts = useContacts();
  const held = useChat().removals.of(REQUESTS);
  const { id, invitedBy } = request;
  const choose = (what: RemovalKind, carryOut: () => Promise<unknown>) => {
    // Of what fails, the request shows that it is still there.
    held.hold({ key: id, what, carryOut: () => carryOut().catch(() => {}) });
    onChosen?.();
  };
  const named = (act: string) => `${act}: ${isolated(title)}`;
  return (
    <div class="request-actions">
      <button
        type="button"
        class="button"
        aria-label={named("Accept")}
        onClick={() => choose("request accepted", () => contacts.accept(id))}
      >
        Accept
      </button>
      <button
        type="button"
        class="button-quiet"
        aria-label={named("Decline")}
        onClick={() => choose("request declined", () => contacts.decline(id))}
      >
        Decline
      </button>
      {invitedBy && (
        <button
          type="button"
          class="button-quiet button-danger"
          aria-label={`Block ${isolated(invitedBy.name)}`}
          onClick={() => choose("person blocked", () => blockInviter(contacts, request))}
        >
          Block
        </button>
      )}
    </div>
  );
}
