/** The title of a thread, and the form that renames it. */
import { useState } from "preact/hooks";
import { THREAD_NAME_LENGTH } from "../../protocol/limits.ts";
import type { ThreadInfo } from "../../protocol/model.ts";
import { useChat } from "../chat-context.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { LengthNote } from "../ui/length-note.tsx";
import { UserText } from "../ui/text.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useDisclosure } from "../ui/use-disclosure.ts";
import "./thread-title.css";

export interface ThreadTitleProps {
  thread: ThreadInfo;
  title: string;
  mayRename: boolean;
}

export function ThreadTitle({ thread, title, mayRename }: ThreadTitleProps) {
  const { open, triggerRef, show, hide } = useDisclosure();
  if (open && mayRename) return <RenameForm thread={thread} onDone={hide} />;
  return (
    <div class="thread-title">
      <UserText as="h3" class="thread-details-title" text={title} />
      {mayRename && (
        <button ref={triggerRef} type="button" class="button-quiet" onClick={show}>
          Rename
        </button>
      )}
    </div>
  );
}

function RenameForm({ thread, onDone }: { thread: ThreadInfo; onDone: () => void }) {
  const [name, setName] = useState(thread.name ?? "");
  const { client } = useChat();
  const { busy, error, run } = useRequestAction();
  const newName = name.trim().normalize("NFC");
  const tooLong = newName.length > THREAD_NAME_LENGTH;

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (newName === "" || tooLong) return;
    if (await run(() => client.api.renameThread(thread.id, newName))) onDone();
  };

  return (
    <form class="dialog-part" onSubmit={(event) => void save(event)}>
      <div class="field">
        <label for="thread-name">Name</label>
        <input
          id="thread-name"
          ref={focusAndSelect}
          class="input"
          autocomplete="off"
          value={name}
          aria-invalid={tooLong}
          aria-describedby="thread-name-length"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <LengthNote id="thread-name-length" length={newName.length} max={THREAD_NAME_LENGTH} />
      </div>
      <ErrorMessage text={error} />
      <div class="dialog-buttons">
        <button type="button" class="button-quiet" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" class="button" disabled={newName === "" || tooLong} aria-disabled={busy}>
          Save
        </button>
      </div>
    </form>
  );
}

/** A `ref` callback. Outside the component, so that it stays the same and is called once, when the field appears. */
function focusAndSelect(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}
