/** A field that finds people by the beginning of their names, and the list of those picked. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MEMBER_IDS, USER_SEARCH_MAX } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isolated } from "../../view/text/bidi.ts";
import { CloseIcon } from "../ui/icons.tsx";
import { Text, UserText } from "../ui/text.tsx";
import { usePeopleSearch, type PeopleSearch } from "./use-people-search.ts";
import "./people-picker.css";

export interface PeoplePickerProps {
  /** Left out of the results. */
  exclude: readonly User[];
  picked: readonly User[];
  onChange: (picked: readonly User[]) => void;
  /** While it is true, nobody is picked or removed. */
  disabled: boolean;
}

export function PeoplePicker({ exclude, picked, onChange, disabled }: PeoplePickerProps) {
  const id = useId();
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  // A dialog honours `autofocus` when it opens, not for what is added to it later.
  useLayoutEffect(() => input.current?.focus(), []);
  const search = usePeopleSearch(text);
  const hidden = new Set([...exclude, ...picked].map((person) => person.id));
  const people = search.people.filter((person) => !hidden.has(person.id));
  // People who were found by another text than the present one are shown, and picked by nothing.
  const isAnswered = search.is === "found";

  /** The button that was pressed is removed: the field takes the focus. */
  const change = (next: readonly User[]) => {
    onChange(next);
    input.current?.focus();
  };
  const pick = (person: User) => {
    if (!isAnswered || disabled || picked.length >= MEMBER_IDS) return;
    change([...picked, person]);
    setText("");
  };

  return (
    <div class="people-picker">
      <div class="field">
        <label for={id}>Find people</label>
        <input
          id={id}
          ref={input}
          class="input"
          type="search"
          autocomplete="off"
          autofocus
          placeholder="The beginning of a name"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            // Enter picks the first result instead of submitting the form around the picker, and never both at once.
            if (text !== "" || event.repeat) event.preventDefault();
            if (text !== "" && !event.repeat && people[0]) pick(people[0]);
          }}
        />
      </div>
      {picked.length > 0 && (
        <ul class="people-picker-picked" aria-label="Picked">
          {picked.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                aria-label={`Remove ${isolated(person.name)}`}
                aria-disabled={disabled}
                onClick={() => !disabled && change(picked.filter((other) => other.id !== person.id))}
              >
                <UserText text={person.name} /> <CloseIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="people-picker-note note" role="status">
        <Text>{statusText(search, people.length)}</Text>
      </p>
      <ul class="people-picker-results" aria-label="People found">
        {people.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              aria-label={isolated(person.name)}
              aria-disabled={!isAnswered || disabled}
              onClick={() => pick(person)}
            >
              <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} />
              <UserText text={person.name} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function statusText({ is }: PeopleSearch, count: number): string {
  if (is === "idle") return "Type two letters or more.";
  if (is === "searching") return "Searching…";
  if (is === "too_long") return `Type ${USER_SEARCH_MAX} characters or fewer.`;
  if (is === "failed") return "The search did not work. Try again in a moment.";
  return count === 0 ? "Nobody else is called that." : `${count} found`;
}
