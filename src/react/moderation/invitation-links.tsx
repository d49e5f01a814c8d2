/** The links by which people come into a thread, for its moderators: made, copied and revoked here. */
import { useContext, useId, useRef, useState, type ReactElement } from "react";
import type { Link, NewLink } from "../../protocol/links.ts";
import { useLoadedList } from "../../view/use-loaded-list.ts";
import type { InvitationLinksProps } from "../component-props.ts";
import { useModeration } from "../hooks/use-moderation.ts";
import { useLabels } from "../labels.ts";
import { ThreadContext, useThreadName } from "../thread/thread-context.tsx";
import { Choices } from "../ui/choices.tsx";
import { Text } from "../ui/text.tsx";
import { useErrorText } from "../ui/use-request-action.ts";
import { LoadedItems } from "./loaded-items.tsx";

export function InvitationLinks(props: InvitationLinksProps): ReactElement {
  const thread = useThreadName(props.thread);
  const context = useContext(ThreadContext);
  const href = props.href ?? context.linkHref;
  const labels = useLabels();
  const { links, createLink, revokeLink } = useModeration();
  const { items, busy, error, act } = useLoadedList(() => links(thread), useErrorText());
  const [lifetime, setLifetime] = useState(labels.linkLifetimes[0]?.value ?? null);
  const [uses, setUses] = useState(labels.linkUses[0]?.value ?? null);
  const [made, setMade] = useState<NewLink>();
  const create = () =>
    act(async () =>
      setMade(
        await createLink(thread, {
          ...(lifetime !== null && { expiresAt: Date.now() + lifetime }),
          ...(uses !== null && { uses }),
        }),
      ),
    );
  return (
    <>
      {made && <MadeLink key={made.no} address={href?.(made.code) ?? made.code} />}
      <form
        className="lilypad lilypad-act"
        aria-label={labels.createLink}
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Choices
          label={labels.linkValidFor}
          choices={labels.linkLifetimes}
          value={lifetime}
          onChange={setLifetime}
        />
        <Choices label={labels.linkFor} choices={labels.linkUses} value={uses} onChange={setUses} />
        <button type="submit" className="lilypad-button" aria-disabled={busy}>
          <Text>{labels.createLink}</Text>
        </button>
      </form>
      <LoadedItems
        label={labels.invitationLinks}
        items={items}
        error={error}
        empty={labels.noLinks}
        keyOf={({ no }) => no}
      >
        {(link) => (
          <ShownLink link={link} isBusy={busy} onRevoke={() => void act(() => revokeLink(thread, link.no))} />
        )}
      </LoadedItems>
    </>
  );
}

interface ShownLinkProps {
  link: Link;
  isBusy: boolean;
  onRevoke: () => void;
}

function ShownLink({ link, isBusy, onRevoke }: ShownLinkProps): ReactElement {
  const labels = useLabels();
  const { no, used, uses, expiresAt, createdAt } = link;
  return (
    <>
      <p>
        <Text>{labels.linkUsed(no, used, uses)}</Text>
      </p>
      <p className="lilypad-quiet">
        <Text>{expiresAt === undefined ? labels.linkSince(createdAt) : labels.bannedUntil(expiresAt)}</Text>
      </p>
      <div className="lilypad-steps">
        <button
          type="button"
          className="lilypad-quiet-button lilypad-danger"
          aria-label={labels.revokeLink(no)}
          aria-disabled={isBusy}
          onClick={onRevoke}
        >
          <Text>{labels.revoke}</Text>
        </button>
      </div>
    </>
  );
}

/** Shown once: the server does not keep the code. */
function MadeLink({ address }: { address: string }): ReactElement {
  const labels = useLabels();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <div className="lilypad lilypad-labelled" role="status">
      <label htmlFor={id}>
        <Text>{labels.copyNow}</Text>
      </label>
      <input
        id={id}
        ref={field}
        className="lilypad-input"
        readOnly
        value={address}
        onFocus={(event) => event.currentTarget.select()}
      />
      {/* Where the page may not write the clipboard, the address is selected. */}
      <button
        type="button"
        className="lilypad-quiet-button"
        onClick={() => void copy().catch(() => undefined)}
      >
        <Text>{isCopied ? labels.copied : labels.copy}</Text>
      </button>
    </div>
  );
}
