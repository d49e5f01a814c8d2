/** The dialog that starts a chat: with one person a direct one, with several a group. */
import { useEffect, useRef, useState } from "preact/hooks";
import { RequestError } from "../client/request-error.ts";
import { THREAD_NAME_LENGTH } from "../protocol/limits.ts";
import type { User } from "../protocol/model.ts";
import { CloseIcon } from "./icons.tsx";
import { PeoplePicker } from "./people-picker.tsx";
import { client } from "./session.ts";
import { namesOf } from "./thread-title.ts";
import "./new-chat.css";

export interface NewChatProps {
  user: User;
  onStarted: (threadId: string) => void;
  onClose: () => void;
}

export function NewChat({ user, onStarted, onClose }: NewChatProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [picked, setPicked] = useState<readonly User[]>([]);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  useEffect(() => dialog.current?.showModal(), []);

  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (picked.length === 0 || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await createChat(user, picked, name.trim());
      onStarted(id);
    } catch (failure) {
      setError(failure instanceof RequestError ? failure.message : "Something went wrong. Try again.");
      setBusy(false);
    }
  };

  return (
    <dialog
      ref={dialog}
      class="new-chat"
      aria-labelledby="new-chat-title"
      onClose={onClose}
      onClick={(event) => {
        // The backdrop is the dialog itself; what is in it is the form.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <form onSubmit={(event) => void start(event)}>
        <header>
          <h2 id="new-chat-title">New chat</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </button>
        </header>
        <PeoplePicker user={user} picked={picked} onChange={setPicked} />
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
        <button type="submit" class="button" disabled={picked.length === 0 || busy}>
          Start chat
        </button>
      </form>
    </dialog>
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
