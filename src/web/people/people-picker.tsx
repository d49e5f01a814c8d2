/** Finds people by the beginning of their names, and picks some. */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MEMBER_IDS, USER_SEARCH_MAX } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import { Avatar } from "../ui/avatar.tsx";
import { isComposing } from "../ui/ime.ts";
import { CloseIcon } from "../ui/icons.tsx";
import { usePeopleSearch, type PeopleSearch } from "./use-people-search.ts";
import "./people-picker.css";

export interface PeoplePickerProps {
  /** Who is not to be found. */
  except: readonly User[];
  picked: readonly User[];
  onChange: (picked: readonly User[]) => void;
}

export function PeoplePicker({ except, picked, onChange }: PeoplePickerProps) {
  const id = useId();
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  // What has `autofocus` is given it by a dialog that opens, not in one that is open.
  useLayoutEffect(() => box.current?.focus(), []);
  const search = usePeopleSearch(text);
  const known = new Set([...except, ...picked].map((person) => person.id));
  const people = search.people.filter((person) => !known.has(person.id));

  /** The button that did it goes: one types on. */
  const change = (next: readonly User[]) => {
    onChange(next);
    box.current?.focus();
  };
  const pick = (person: User) => {
    if (picked.length >= MEMBER_IDS) return;
    change([...picked, person]);
    setText("");
  };

  return (
    <div class="people-picker">
      <div class="field">
        <label for={id}>Find people</label>
        <input
          id={id}
          ref={box}
          class="input"
          type="search"
          autocomplete="off"
          autofocus
          maxLength={USER_SEARCH_MAX}
          placeholder="The beginning of a name"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter picks the first that was found, rather than starting the chat half typed.
            if (event.key !== "Enter" || isComposing(event) || text === "") return;
            event.preventDefault();
            if (people[0]) pick(people[0]);
          }}
        />
      </div>
      {picked.length > 0 && (
        <ul class="people-picked" aria-label="Picked">
          {picked.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                aria-label={`Remove ${person.name}`}
                onClick={() => change(picked.filter((other) => other.id !== person.id))}
              >
                <bdi>{person.name}</bdi> <CloseIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="people-note note" role="status">
        {noteOf(search, people.length)}
      </p>
      <ul class="people-found" aria-label="People found">
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" aria-label={person.name} onClick={() => pick(person)}>
              <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} />
              <bdi>{person.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function noteOf({ is }: PeopleSearch, found: number): string {
  if (is === "idle") return "Type two letters or more.";
  if (is === "searching") return "Searching…";
  if (is === "failed") return "The search did not work. Try again in a moment.";
  return found === 0 ? "Nobody else is called that." : `${found} found`;
}
