/** The dialog that starts a chat: a direct one with one person, a group with several. */
import { useEffect, useRef, useState } from "preact/hooks";
import { THREAD_NAME_LENGTH } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import type { Client } from "../../client/client.ts";
import { useChat } from "../chat-context.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { LengthNote } from "../ui/length-note.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { PeoplePicker } from "./people-picker.tsx";

export interface NewChatDialogProps {
  user: User;
  onStarted: (threadId: string) => void;
  onClose: () => void;
}

export function NewChatDialog({ user, onStarted, onClose }: NewChatDialogProps) {
  const [picked, setPicked] = useState<readonly User[]>([]);
  const [name, setName] = useState("");
  const { client } = useChat();
  const { busy, error, run } = useRequestAction();
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);
  const groupName = name.trim().normalize("NFC");
  const tooLong = picked.length > 1 && groupName.length > THREAD_NAME_LENGTH;

  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (picked.length === 0 || tooLong) return;
    await run(async () => {
      const { id } = await createChat(client, picked, groupName);
      // Closed meanwhile: the user has gone on to something else.
      if (isOpen.current) onStarted(id);
    });
  };

  return (
    <Dialog title="New chat" onClose={onClose}>
      <form class="dialog-part" onSubmit={(event) => void start(event)}>
        <PeoplePicker exclude={[user]} picked={picked} onChange={setPicked} disabled={busy} />
        {picked.length > 1 && (
          <div class="field">
            <label for="group-name">Group name (optional)</label>
            <input
              id="group-name"
              class="input"
              value={name}
              aria-invalid={tooLong}
              aria-describedby="group-name-length"
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <LengthNote id="group-name-length" length={groupName.length} max={THREAD_NAME_LENGTH} />
          </div>
        )}
        <ErrorMessage text={error} />
        <button type="submit" class="button" disabled={picked.length === 0 || tooLong} aria-disabled={busy}>
          Start chat
        </button>
      </form>
    </Dialog>
  );
}

/** A group without a name is shown to each of its members by those of the others. */
function createChat(client: Client, picked: readonly User[], name: string) {
  const memberIds = picked.map(({ id }) => id);
  if (picked.length === 1) return client.api.createThread({ kind: "direct", memberIds });
  return client.api.createThread({ kind: "group", ...(name !== "" && { name }), memberIds });
}
