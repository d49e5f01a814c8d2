/** The picture of a user or a thread. Without one: initials, on a colour derived from the id. */
import { useState } from "preact/hooks";
import { firstGrapheme } from "../../protocol/graphemes.ts";
import { Text } from "./text.tsx";
import "./avatar.css";

const HUES = 8;
/** Such as the characters that isolate a name of another direction. */
const INVISIBLE_START = /^\p{Default_Ignorable_Code_Point}+/u;

export interface AvatarProps {
  /** Id of the user or the thread; decides the colour. */
  id: string;
  name: string;
  avatarUrl?: string | undefined;
  online?: boolean | undefined;
}

export function Avatar({ id, name, avatarUrl, online }: AvatarProps) {
  /** Not whether it is broken: a user may get another picture. */
  const [brokenUrl, setBrokenUrl] = useState<string>();
  return (
    <span class={`avatar avatar-${hueOf(id)}`}>
      {avatarUrl !== undefined && avatarUrl !== brokenUrl ? (
        <img
          key={avatarUrl}
          src={avatarUrl}
          alt=""
          loading="lazy"
          referrerpolicy="no-referrer"
          onError={() => setBrokenUrl(avatarUrl)}
        />
      ) : (
        <span aria-hidden="true">
          <Text>{initialsOf(name)}</Text>
        </span>
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
      .map((word) => firstGrapheme(word?.replace(INVISIBLE_START, "") ?? ""))
      .join("")
      .toUpperCase() || "?"
  );
}

function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}
