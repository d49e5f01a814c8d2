/** The text of a message. Of a very long one the beginning is shown, and a button that shows the rest. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useChat } from "../chat-context.ts";
import { Text } from "../ui/text.tsx";
import { formatDateTime } from "../../view/text/time-format.ts";
import { LinkedText } from "./linked-text.tsx";
import { beginningOf, isLong } from "../../view/text/long-text.ts";
import "./message-body.css";

export interface MessageBodyProps {
  body: string;
  editedAt: number | undefined;
}

export function MessageBody({ body, editedAt }: MessageBodyProps) {
  const { language } = useChat();
  const [expanded, setExpanded] = useState(false);
  const long = isLong(body);
  const collapsed = long && !expanded;
  const element = useRef<HTMLDivElement>(null);

  // At its bottom, the list follows whatever grows. One pixel off it does not, and reading goes on where the text ended.
  useLayoutEffect(() => {
    if (expanded) element.current?.closest("[role=log]")?.scrollBy(0, 1);
  }, [expanded]);

  return (
    <div ref={element} class="message-text">
      <p class={collapsed ? "message-body message-body-collapsed" : "message-body"} dir="auto">
        <LinkedText text={collapsed ? beginningOf(body) : body} />
        {editedAt !== undefined && (
          <span class="message-edited" title={formatDateTime(editedAt, language)}>
            {" "}
            (edited)
          </span>
        )}
      </p>
      {long && (
        <button
          type="button"
          class="button-quiet"
          aria-expanded={expanded}
          onClick={() => setExpanded(!expanded)}
        >
          <Text>{expanded ? "Show less" : "Show more"}</Text>
        </button>
      )}
    </div>
  );
}

/** In place of the text of a message that was deleted. */
export function DeletedBody() {
  return (
    <div class="message-text">
      <p class="message-body message-deleted">
        <Text>Message deleted</Text>
      </p>
    </div>
  );
}
