/** Instead of a conversation that does not exist. One that is still on the user's list, its storage lost, can be taken off it. */
import type { User } from "../../protocol/model.ts";
import { useEffect } from "preact/hooks";
import { useChat } from "../chat-context.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useStore } from "../ui/use-store.ts";
import { ViewLink } from "../view-link.tsx";

export interface ThreadNotFoundProps {
  user: User;
  threadId: string;
}

export function ThreadNotFound({ user, threadId }: ThreadNotFoundProps) {
  const { client, views, onMissing } = useChat();
  const Heading = views.heading;
  const isListed = useStore(client.presence()).threads.some(({ id }) => id === threadId);
  useEffect(() => onMissing?.(), []);
  const { busy, error, run } = useRequestAction();
  const remove = async () => {
    if (await run(() => client.api.removeMember(threadId, user.id))) views.go(undefined);
  };
  return (
    <div class="centred">
      <Heading>This chat is not here</Heading>
      <p class="note">
        {isListed
          ? "It is on your list, but it does not exist any more."
          : "It does not exist, or you are not in it."}
      </p>
      <ErrorMessage text={error} />
      {isListed && (
        <button type="button" class="button" aria-disabled={busy} onClick={() => void remove()}>
          Remove from your list
        </button>
      )}
      {!views.hasList && (
        <button type="button" class="button" onClick={() => client.thread(threadId).reconnect()}>
          Try again
        </button>
      )}
      {views.hasList && (
        <ViewLink threadId={undefined} class={isListed ? "button-quiet" : "button"}>
          Back to your chats
        </ViewLink>
      )}
    </div>
  );
}
