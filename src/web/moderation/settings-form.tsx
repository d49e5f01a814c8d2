/** What a thread's moderators set: its topic, slow mode, who writes, and whether it is locked. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { TOPIC_LENGTH } from "../../protocol/limits.ts";
import type { ThreadInfo, ThreadSettings } from "../../protocol/model.ts";
import { SLOW_MODES } from "../../view/moderation/durations.ts";
import { useSetting, type ShownSettings } from "../../view/moderation/use-setting.ts";
import { ErrorMessage } from "../ui/error-message.tsx";
import { errorText } from "../ui/error-text.ts";
import { LengthNote } from "../ui/length-note.tsx";
import { useRequestAction } from "../ui/use-request-action.ts";
import { useModeration } from "./use-moderation.ts";
import "./settings-form.css";

export function SettingsForm({ thread }: { thread: ThreadInfo }) {
  return (
    <section class="settings-form dialog-part" aria-label="Settings">
      <TopicForm thread={thread} />
      <Setting thread={thread} label="Slow mode">
        {({ slowModeMs = 0 }, change) => (
          <SlowModeChoice slowModeMs={slowModeMs} onChange={(chosen) => change({ slowModeMs: chosen })} />
        )}
      </Setting>
      <Setting thread={thread} label="Only moderators write">
        {({ whoPosts }, change) => (
          <input
            type="checkbox"
            checked={whoPosts === "moderators"}
            onChange={({ currentTarget: { checked } }) =>
              change({ whoPosts: checked ? "moderators" : "members" })
            }
          />
        )}
      </Setting>
      <Setting thread={thread} label="Locked: only moderators write, react and edit">
        {({ locked = false }, change) => (
          <input
            type="checkbox"
            checked={locked}
            onChange={({ currentTarget: { checked } }) => change({ locked: checked })}
          />
        )}
      </Setting>
    </section>
  );
}

interface SettingProps {
  thread: ThreadInfo;
  label: string;
  /** The control: it shows `settings`, and calls `change` with what was chosen. */
  children: (
    settings: ShownSettings,
    change: (settings: Partial<ThreadSettings>) => void,
  ) => ComponentChildren;
}

function Setting({ thread, label, children }: SettingProps) {
  const moderation = useModeration();
  const save = (settings: Partial<ThreadSettings>) => moderation.changeSettings(thread.id, settings);
  const { shown, error, change } = useSetting(thread, save, errorText);
  return (
    <>
      <label class="settings-form-line">
        {label}
        {children(shown, change)}
      </label>
      <ErrorMessage text={error} />
    </>
  );
}

interface SlowModeChoiceProps {
  slowModeMs: number;
  onChange: (slowModeMs: number) => void;
}

function SlowModeChoice({ slowModeMs, onChange }: SlowModeChoiceProps) {
  const isOffered = SLOW_MODES.some(({ value }) => value === slowModeMs);
  return (
    <select
      class="input"
      value={String(slowModeMs)}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    >
      {SLOW_MODES.map(({ value, text }) => (
        <option key={value} value={String(value)}>
          {text}
        </option>
      ))}
      {!isOffered && <option value={String(slowModeMs)}>{`${slowModeMs / 1000} seconds`}</option>}
    </select>
  );
}

function TopicForm({ thread }: { thread: ThreadInfo }) {
  const moderation = useModeration();
  const { busy, error, run } = useRequestAction();
  const [topic, setTopic] = useState(thread.topic ?? "");
  const newTopic = topic.trim().normalize("NFC");
  const tooLong = newTopic.length > TOPIC_LENGTH;

  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (tooLong) return;
    void run(() => moderation.changeSettings(thread.id, { topic: newTopic === "" ? null : newTopic }));
  };

  return (
    <form class="settings-form-topic" onSubmit={save}>
      <div class="field">
        <label for="thread-topic">Topic</label>
        <input
          id="thread-topic"
          class="input"
          autocomplete="off"
          value={topic}
          aria-invalid={tooLong}
          aria-describedby="thread-topic-length"
          onInput={(event) => setTopic(event.currentTarget.value)}
        />
        <LengthNote id="thread-topic-length" length={newTopic.length} max={TOPIC_LENGTH} />
      </div>
      {newTopic !== (thread.topic ?? "") && (
        <button type="submit" class="button-quiet" disabled={tooLong} aria-disabled={busy}>
          Save
        </button>
      )}
      <ErrorMessage text={error} />
    </form>
  );
}
