/** The dialog that starts a chat: a direct one with one person, a group with several. */
import { useState } from "preact/hooks";
import { THREAD_NAME_LENGTH } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { client } from "../session/session.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { formatNames } from "../ui/name-list.ts";
import { useAsyncAction } from "../ui/use-async-action.ts";
import { PeoplePicker } from "./people-picker.tsx";

export interface NewChatDialogProps {
  user: User;
  onStarted: (threadId: string) => void;
  onClose: () => void;
}

export function NewChatDialog({ user, onStarted, onClose }: NewChatDialogProps) {
  const [picked, setPicked] = useState<readonly User[]>([]);
  const [name, setName] = useState("");
  const { busy, error, run } = useAsyncAction();

  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (picked.length === 0) return;
    await run(async () => {
      const { id } = await createChat(user, picked, name.trim());
      onStarted(id);
    });
  };

  return (
    <Dialog title="New chat" onClose={onClose}>
      <form class="dialog-part" onSubmit={(event) => void start(event)}>
        <PeoplePicker exclude={[user]} picked={picked} onChange={setPicked} />
        {picked.length > 1 && (
          <div class="field">
            <label for="group-name">Group name (optional)</label>
            <input
              id="group-name"
              class="input"
              maxLength={THREAD_NAME_LENGTH}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </div>
        )}
        <ErrorMessage text={error} />
        <button type="submit" class="button" disabled={picked.length === 0} aria-disabled={busy}>
          Start chat
        </button>
      </form>
    </Dialog>
  );
}

/** A group without a name gets those of its members: in the lists of threads it would be "Group chat" otherwise. */
function createChat(user: User, picked: readonly User[], name: string) {
  const memberIds = picked.map(({ id }) => id);
  if (picked.length === 1) return client.api.createThread({ kind: "direct", memberIds });
  const memberNames = formatNames(
    [user, ...picked].map((person) => person.name),
    4,
  );
  return client.api.createThread({
    kind: "group",
    name: name === "" ? memberNames.slice(0, THREAD_NAME_LENGTH).trim() : name,
    memberIds,
  });
}
