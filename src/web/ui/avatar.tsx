/** The picture of a user or a thread. Without one: initials, on a colour derived from the id. */
import { useState } from "preact/hooks";
import { hueOf, initialsOf } from "../../view/text/initials.ts";
import { Text } from "./text.tsx";
import "./avatar.css";

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
