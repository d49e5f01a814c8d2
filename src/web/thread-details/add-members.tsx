/** A button that opens the form that adds members to a thread. */
import { useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { PeoplePicker } from "../people/people-picker.tsx";
import { isolated } from "../../view/text/bidi.ts";
import { Text } from "../ui/text.tsx";
import { useChat } from "../chat-context.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useDisclosure } from "../ui/use-disclosure.ts";
import "./add-members.css";

export interface AddMembersProps {
  threadId: string;
  /** Those who need not be found: they are in the thread already. */
  members: readonly User[];
}

export function AddMembers({ threadId, members }: AddMembersProps) {
  const { open, triggerRef, show, hide } = useDisclosure();
  if (open) return <AddMembersForm threadId={threadId} members={members} onDone={hide} />;
  return (
    <button ref={triggerRef} type="button" class="button-quiet add-members" onClick={show}>
      <PlusIcon /> Add people
    </button>
  );
}

function AddMembersForm({ threadId, members, onDone }: AddMembersProps & { onDone: () => void }) {
  const [picked, setPicked] = useState<readonly User[]>([]);
  const { client } = useChat();
  const { busy, error, run } = useRequestAction();
  const [invited, setInvited] = useState<readonly string[]>([]);

  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked: string[] = [];
    const added = await run(async () => {
      for (const person of picked) {
        const answer = await client.api.putMember(threadId, person.id);
        if ("state" in answer) asked.push(isolated(person.name));
        // If one fails, those before it have been added, and the rest can be tried again.
        setPicked((remaining) => remaining.filter(({ id }) => id !== person.id));
      }
    });
    if (added && asked.length === 0) onDone();
    setInvited(asked);
  };

  return (
    <form class="dialog-part" onSubmit={(event) => void add(event)}>
      <PeoplePicker exclude={members} picked={picked} onChange={setPicked} disabled={busy} />
      <p class="note" role="status">
        <Text>
          {invited.length === 0 ? "" : `Invited: ${invited.join(", ")}. They are members once they accept.`}
        </Text>
      </p>
      <ErrorMessage text={error} />
      <div class="dialog-buttons">
        <button type="button" class="button-quiet" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" class="button" disabled={picked.length === 0} aria-disabled={busy}>
          Add
        </button>
      </div>
    </form>
  );
}
