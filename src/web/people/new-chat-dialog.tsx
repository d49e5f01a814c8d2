/** The dialog that starts a chat: with one person a direct one, with several a group. */
import { useState } from "preact/hooks";
import { THREAD_NAME_LENGTH } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { Dialog } from "../ui/dialog.tsx";
import { PeoplePicker } from "./people-picker.tsx";
import { client } from "../session/session.ts";
import { namesOf } from "../thread-list/thread-title.ts";
import { useTask } from "../ui/use-async-action.ts";

export interface NewChatProps {
  user: User;
  onStarted: (threadId: string) => void;
  onClose: () => void;
}

export function NewChat({ user, onStarted, onClose }: NewChatProps) {
  const [picked, setPicked] = useState<readonly User[]>([]);
  const [name, setName] = useState("");
  const { busy, error, run } = useTask();

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
        <PeoplePicker except={[user]} picked={picked} onChange={setPicked} />
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
        {error !== undefined && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <button type="submit" class="button" disabled={picked.length === 0} aria-disabled={busy}>
          Start chat
        </button>
      </form>
    </Dialog>
  );
}

/** A group without a name would be "Group chat" in everyone's list; its people's names tell more. */
function createChat(user: User, picked: readonly User[], name: string) {
  const memberIds = picked.map(({ id }) => id);
  if (picked.length === 1) return client.api.createThread({ kind: "direct", memberIds });
  const people = namesOf(
    [user, ...picked].map((person) => person.name),
    4,
  );
  return client.api.createThread({
    kind: "group",
    name: name === "" ? people.slice(0, THREAD_NAME_LENGTH).trim() : name,
    memberIds,
  });
}
