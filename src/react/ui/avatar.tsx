/** The picture of a user or a thread. Without one: initials, on a colour derived from the id. */
import type { AvatarProps } from "../component-props.ts";
import { useState, type ReactElement } from "react";
import { hueOf, initialsOf } from "../../view/text/initials.ts";
import { useLabels } from "../labels.ts";
import { Text } from "./text.tsx";

export function Avatar({ id, name, avatarUrl, online }: AvatarProps): ReactElement {
  const labels = useLabels();
  /** Not whether it is broken: a user may get another picture. */
  const [brokenUrl, setBrokenUrl] = useState<string>();
  return (
    <span className={`lilypad-avatar lilypad-avatar-${hueOf(id)}`}>
      {avatarUrl !== undefined && avatarUrl !== brokenUrl ? (
        <img
          key={avatarUrl}
          src={avatarUrl}
          alt=""
          loading="lazy"
          referrerPolicy="no-referrer"
          onError={() => setBrokenUrl(avatarUrl)}
        />
      ) : (
        <span aria-hidden="true">
          <Text>{initialsOf(name)}</Text>
        </span>
      )}
      {online === true && (
        <span className="lilypad-avatar-online">
          <span className="lilypad-hidden">{labels.online}</span>
        </span>
      )}
    </span>
  );
}
