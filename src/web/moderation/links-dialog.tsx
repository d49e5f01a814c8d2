/** The links by which people come into a thread: made, copied and revoked here. */
import { useState } from "preact/hooks";
import type { NewLink } from "../../protocol/links.ts";
import { formatDateTime } from "../../view/text/time-format.ts";
import { LINK_LIFETIMES, LINK_USE_CHOICES } from "../../view/moderation/durations.ts";
import { useChat } from "../chat-context.ts";
import { Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/error-message.tsx";
import { Text } from "../ui/text.tsx";
import { useRequestList } from "../ui/use-request-list.ts";
import { useModeration } from "./use-moderation.ts";
import "./moderation-list.css";

export interface LinksDialogProps {
  threadId: string;
  onClose: () => void;
}

export function LinksDialog({ threadId, onClose }: LinksDialogProps) {
  const moderation = useModeration();
  const { language } = useChat();
  const { items, busy, error, act } = useRequestList(() => moderation.links(threadId));
  const [lifetime, setLifetime] = useState(LINK_LIFETIMES[0]?.value ?? null);
  const [uses, setUses] = useState(LINK_USE_CHOICES[0]?.value ?? null);
  const [made, setMade] = useState<NewLink>();

  const create = (event: SubmitEvent) => {
    event.preventDefault();
    void act(async () =>
      setMade(
        await moderation.createLink(threadId, {
          ...(lifetime !== null && { expiresAt: Date.now() + lifetime }),
          ...(uses !== null && { uses }),
        }),
      ),
    );
  };

  return (
    <Dialog title="Invitation links" onClose={onClose}>
      {made && <MadeLink code={made.code} />}
      <form class="dialog-part" onSubmit={create}>
        <Choices label="Valid for" choices={LINK_LIFETIMES} value={lifetime} onChange={setLifetime} />
        <Choices label="For how many people" choices={LINK_USE_CHOICES} value={uses} onChange={setUses} />
        <button type="submit" class="button" aria-disabled={busy}>
          Create link
        </button>
      </form>
      <ErrorMessage text={error} />
      <ul class="moderation-list">
        {items?.map((link) => (
          <li key={link.no}>
            <p>
              <Text>{usesText(link)}</Text>
            </p>
            <p class="note">
              <Text>
                {link.expiresAt === undefined
                  ? `Since ${formatDateTime(link.createdAt, language)}`
                  : `Until ${formatDateTime(link.expiresAt, language)}`}
              </Text>
            </p>
            <div class="moderation-steps">
              <button
                type="button"
                class="button-quiet button-danger"
                aria-label={`Revoke link ${link.no}`}
                aria-disabled={busy}
                onClick={() => void act(() => moderation.revokeLink(threadId, link.no))}
              >
                Revoke
              </button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function usesText({ no, used, uses }: { no: number; used: number; uses?: number | undefined }): string {
  return `Link ${no}: used ${used} ${used === 1 ? "time" : "times"}${uses === undefined ? "" : ` of ${uses}`}`;
}

/** Shown once: the server does not keep the code. */
function MadeLink({ code }: { code: string }) {
  const [copied, setCopied] = useState(false);
  const { views } = useChat();
  const url = views.invitation?.(code) ?? code;
  return (
    <div class="dialog-part" role="status">
      <div class="field">
        <label for="new-link">Copy it now: it is not shown again</label>
        <input
          id="new-link"
          class="input"
          readOnly
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <button
        type="button"
        class="button-quiet"
        onClick={() =>
          navigator.clipboard.writeText(url).then(
            () => setCopied(true),
            () => {},
          )
        }
      >
        <Text>{copied ? "Copied" : "Copy link"}</Text>
      </button>
    </div>
  );
}
