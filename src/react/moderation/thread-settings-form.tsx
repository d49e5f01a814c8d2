/** What a thread's moderators set: its topic, slow mode, who writes, and whether it is locked. */
import { useId, useState, type ReactElement, type ReactNode } from "react";
import type { RoomState } from "../../client/client.ts";
import { TOPIC_LENGTH } from "../../protocol/limits.ts";
import type { ThreadInfo, ThreadSettings } from "../../protocol/model.ts";
import type { ThreadPartProps } from "../component-props.ts";
import { useSetting, type ShownSettings } from "../../view/moderation/use-setting.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useThreadState } from "../hooks/use-thread.ts";
import { useLabels } from "../labels.ts";
import { useThreadName } from "../thread/thread-context.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { LengthNote } from "../ui/length-note.tsx";
import { Text } from "../ui/text.tsx";
import { useErrorText, useRequestAction } from "../ui/use-request-action.ts";

const infoOf = ({ thread }: RoomState) => thread;

/** Nothing until the thread is loaded. */
export function ThreadSettingsForm(props: ThreadPartProps): ReactElement | null {
  const labels = useLabels();
  const info = useThreadState(useThreadName(props.thread), infoOf);
  if (!info) return null;
  return (
    <section className="lilypad lilypad-settings" aria-label={labels.settings}>
      <TopicForm key={info.id} info={info} />
      <Setting info={info} label={labels.slowModeSetting}>
        {({ slowModeMs = 0 }, change) => (
          <SlowModeChoice slowModeMs={slowModeMs} onChange={(chosen) => change({ slowModeMs: chosen })} />
        )}
      </Setting>
      <Setting info={info} label={labels.onlyModeratorsWrite}>
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
      <Setting info={info} label={labels.lockedSetting}>
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
  info: ThreadInfo;
  label: string;
  /** The control: it shows `settings`, and calls `change` with what was chosen. */
  children: (settings: ShownSettings, change: (settings: Partial<ThreadSettings>) => void) => ReactNode;
}

function Setting({ info, label, children }: SettingProps): ReactElement {
  const { changeSettings } = useModeration();
  const save = (settings: Partial<ThreadSettings>) => changeSettings(info.id, settings);
  const { shown, error, change } = useSetting(info, save, useErrorText());
  return (
    <>
      <label className="lilypad-setting">
        <Text>{label}</Text>
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

function SlowModeChoice({ slowModeMs, onChange }: SlowModeChoiceProps): ReactElement {
  const { slowModes, seconds } = useLabels();
  const isOffered = slowModes.some(({ value }) => value === slowModeMs);
  return (
    <select
      className="lilypad-input"
      value={String(slowModeMs)}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    >
      {slowModes.map(({ value, text }) => (
        <option key={value} value={String(value)}>
          {text}
        </option>
      ))}
      {!isOffered && <option value={String(slowModeMs)}>{seconds(slowModeMs / 1000)}</option>}
    </select>
  );
}

function TopicForm({ info }: { info: ThreadInfo }): ReactElement {
  const labels = useLabels();
  const { changeSettings } = useModeration();
  const { busy, error, run } = useRequestAction();
  const [topic, setTopic] = useState(info.topic ?? "");
  const [fieldId, lengthId] = [useId(), useId()];
  const newTopic = topic.trim().normalize("NFC");
  const tooLong = newTopic.length > TOPIC_LENGTH;
  const save = () => {
    if (!tooLong) void run(() => changeSettings(info.id, { topic: newTopic === "" ? null : newTopic }));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="lilypad-labelled">
        <label htmlFor={fieldId}>
          <Text>{labels.topic}</Text>
        </label>
        <input
          id={fieldId}
          className="lilypad-input"
          autoComplete="off"
          value={topic}
          aria-invalid={tooLong}
          aria-describedby={lengthId}
          onChange={(event) => setTopic(event.currentTarget.value)}
        />
        <LengthNote id={lengthId} length={newTopic.length} max={TOPIC_LENGTH} />
      </div>
      {newTopic !== (info.topic ?? "") && (
        <button type="submit" className="lilypad-quiet-button" disabled={tooLong} aria-disabled={busy}>
          <Text>{labels.save}</Text>
        </button>
      )}
      <ErrorMessage text={error} />
    </form>
  );
}
