/** Adds people to a thread. */
import { useState } from "preact/hooks";
import type { User } from "../../protocol/model.ts";
import { Failure } from "../ui/error-message.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import { PeoplePicker } from "../people/people-picker.tsx";
import { client } from "../session/session.ts";
import { usePart } from "../ui/use-disclosure.ts";
import { useTask } from "../ui/use-async-action.ts";

export interface DetailsAddProps {
  threadId: string;
  /** Who is in it already. */
  members: readonly User[];
}

export function DetailsAdd({ threadId, members }: DetailsAddProps) {
  const { open, opener, show, hide } = usePart();
  if (open) return <AddPeople threadId={threadId} members={members} onDone={hide} />;
  return (
    <button ref={opener} type="button" class="button-quiet details-add" onClick={show}>
      <PlusIcon /> Add people
    </button>
  );
}

function AddPeople({ threadId, members, onDone }: DetailsAddProps & { onDone: () => void }) {
  const [picked, setPicked] = useState<readonly User[]>([]);
  const { busy, error, run } = useTask();

  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const added = await run(async () => {
      for (const person of picked) {
        await client.api.putMember(threadId, person.id);
        // Where one is refused, those before are in, and the others can be tried again.
        setPicked((left) => left.filter(({ id }) => id !== person.id));
      }
    });
    if (added) onDone();
  };

  return (
    <form class="dialog-part" onSubmit={(event) => void add(event)}>
      <PeoplePicker except={members} picked={picked} onChange={setPicked} />
      <Failure text={error} />
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
