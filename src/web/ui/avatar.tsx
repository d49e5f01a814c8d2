/** The picture of a user or a thread. Without one: initials, on a colour derived from the id. */
import { useState } from "preact/hooks";
import "./avatar.css";

const HUES = 8;

export interface AvatarProps {
  /** Id of the user or the thread; decides the colour. */
  id: string;
  name: string;
  avatarUrl?: string | undefined;
  online?: boolean | undefined;
}

export function Avatar({ id, name, avatarUrl, online }: AvatarProps) {
  const [broken, setBroken] = useState(false);
  return (
    <span class={`avatar avatar-${hueOf(id)}`}>
      {avatarUrl !== undefined && !broken ? (
        <img
          src={avatarUrl}
          alt=""
          loading="lazy"
          referrerpolicy="no-referrer"
          onError={() => setBroken(true)}
        />
      ) : (
        <span aria-hidden="true">{initialsOf(name)}</span>
      )}
      {online === true && (
        <span class="avatar-online">
          <span class="visually-hidden">online</span>
        </span>
      )}
    </span>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    ends
      .map((word) => firstCharacter(word ?? ""))
      .join("")
      .toUpperCase() || "?"
  );
}

function firstCharacter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}

function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}
