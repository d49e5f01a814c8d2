/** What a thread is called, and a way to call it something else. */
import { useState } from "preact/hooks";
import { THREAD_NAME_LENGTH } from "../../protocol/limits.ts";
import type { ThreadInfo } from "../../protocol/model.ts";
import { Failure } from "../ui/error-message.tsx";
import { client } from "../session/session.ts";
import { usePart } from "../ui/use-disclosure.ts";
import { useTask } from "../ui/use-async-action.ts";

export interface DetailsNameProps {
  thread: ThreadInfo;
  title: string;
  mayRename: boolean;
}

export function DetailsName({ thread, title, mayRename }: DetailsNameProps) {
  const { open, opener, show, hide } = usePart();
  if (open && mayRename) return <Rename thread={thread} onDone={hide} />;
  return (
    <div class="details-row">
      <h3 class="details-name" dir="auto">
        {title}
      </h3>
      {mayRename && (
        <button ref={opener} type="button" class="button-quiet" onClick={show}>
          Rename
        </button>
      )}
    </div>
  );
}

function Rename({ thread, onDone }: { thread: ThreadInfo; onDone: () => void }) {
  const [name, setName] = useState(thread.name ?? "");
  const { busy, error, run } = useTask();

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    if (await run(() => client.api.renameThread(thread.id, name.trim()))) onDone();
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
          maxLength={THREAD_NAME_LENGTH}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <Failure text={error} />
      <div class="dialog-buttons">
        <button type="button" class="button-quiet" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" class="button" disabled={name.trim() === ""} aria-disabled={busy}>
          Save
        </button>
      </div>
    </form>
  );
}

/** A function that stays the same, so that it is called once, when the field appears. */
function focusAndSelect(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}
