/** The text of a message, its addresses as links. Of a very long one the beginning is shown, and a button for the rest. */
import { useContext, useState, type ReactElement } from "react";
import { withoutOverrides } from "../../view/text/bidi.ts";
import { linkify } from "../../view/text/linkify.ts";
import { beginningOf, isLong } from "../../view/text/long-text.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { useLabels } from "../labels.ts";
import { ThreadContext } from "../thread/thread-context.tsx";
import { classNames } from "../ui/class-names.ts";
import { Text } from "../ui/text.tsx";

export interface MessageTextProps {
  body: string;
  /** When it was edited last, in milliseconds since the epoch. */
  editedAt?: number | undefined;
}

export function MessageText({ body, editedAt }: MessageTextProps): ReactElement {
  const labels = useLabels();
  const [expanded, setExpanded] = useState(false);
  const long = isLong(body);
  const collapsed = long && !expanded;
  return (
    <div className="lilypad-text">
      <p className={classNames("lilypad-bubble", collapsed && "lilypad-bubble-collapsed")} dir="auto">
        <LinkedText text={collapsed ? beginningOf(body) : body} />
        {editedAt !== undefined && (
          <span className="lilypad-edited" title={formatDateTime(editedAt)}>
            {" "}
            <Text>{labels.edited}</Text>
          </span>
        )}
      </p>
      {long && (
        <button
          type="button"
          className="lilypad-link-button"
          aria-expanded={expanded}
          onClick={() => setExpanded(!expanded)}
        >
          <Text>{expanded ? labels.showLess : labels.showMore}</Text>
        </button>
      )}
    </div>
  );
}

/** As text nodes only: nothing in it can become markup. A link reads as where it leads, whatever the text around it does. */
function LinkedText({ text }: { text: string }): ReactElement {
  const { isUnaccepted } = useContext(ThreadContext);
  const drawn = withoutOverrides(text);
  const segments = isUnaccepted ? [{ text: drawn }] : linkify(drawn);
  return (
    <span key={drawn} className="lilypad-isolated">
      {segments.map((segment, index) =>
        segment.link ? (
          <a
            key={index}
            href={segment.link.href}
            dir="ltr"
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            {segment.link.shown}
            {segment.link.userInfo !== undefined && ` (user name: ${segment.link.userInfo})`}
          </a>
        ) : (
          segment.text
        ),
      )}
    </span>
  );
}
