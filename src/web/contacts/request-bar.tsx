/** Above the composer of a message request: what it is, and what can be done about it. */
import type { ThreadSummary } from "../../protocol/model.ts";
import { useChat } from "../chat-context.ts";
import { UserText } from "../ui/text.tsx";
import { RequestActions } from "./request-actions.tsx";
import "./request-bar.css";

export function RequestBar({ request }: { request: ThreadSummary }) {
  const { views } = useChat();
  const name = request.invitedBy?.name ?? "Somebody";
  return (
    <section class="request-bar" aria-label="Message request">
      <p>
        <UserText text={name} /> is not among your contacts. They do not see that you read this. If you
        answer, you accept.
      </p>
      <RequestActions request={request} title={name} onChosen={() => views.leave(request.id)} />
    </section>
  );
}
