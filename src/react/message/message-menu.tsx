/** The menu of a message: react, reply, report, and what the user may do to it and about its author. */
import { useState, type ReactElement } from "react";
import type { Message } from "../../client/client.ts";
import { useLabels } from "../labels.ts";
import { BanForm, TimeoutForm } from "../moderation/restraint-form.tsx";
import { FloatingMenu } from "../ui/floating-menu.tsx";
import { MenuItem } from "../ui/menu-item.tsx";
import { Text } from "../ui/text.tsx";
import type { MessageActions } from "./message-actions.ts";
import { ReportForm } from "./report-form.tsx";

const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

export interface MessageMenuProps {
  thread: string;
  message: Message;
  /** Which has opened it. */
  button: HTMLElement;
  actions: MessageActions;
  onClose: () => void;
}

type Pane = "actions" | "report" | "erase" | "timeout" | "ban";

export function MessageMenu({ thread, message, button, actions, onClose }: MessageMenuProps): ReactElement {
  const labels = useLabels();
  const [pane, setPane] = useState<Pane>("actions");
  const { seq, author } = message;
  return (
    <FloatingMenu label={labels.actions} button={button} pane={pane} onClose={onClose}>
      {(close) => {
        const choose = (action: () => void) => () => {
          close();
          action();
        };
        const person = { thread, person: author, onClose: close };
        switch (pane) {
          case "report":
            return <ReportForm onReport={(...report) => actions.report(seq, ...report)} onClose={close} />;
          case "timeout":
            return <TimeoutForm {...person} />;
          case "ban":
            return <BanForm {...person} />;
          case "erase":
            return (
              <div className="lilypad-menu-items">
                <p>
                  <Text>{labels.confirmErase}</Text>
                </p>
                <button type="button" autoFocus onClick={close}>
                  <Text>{labels.cancel}</Text>
                </button>
                <MenuItem text={labels.erase} isDanger onChoose={choose(() => actions.erase(seq))} />
              </div>
            );
          case "actions":
            return <Actions message={message} actions={actions} choose={choose} onPane={setPane} />;
        }
      }}
    </FloatingMenu>
  );
}

interface ActionsProps extends Pick<MessageMenuProps, "message" | "actions"> {
  /** Makes what closes the menu, and then does something. */
  choose: (action: () => void) => () => void;
  onPane: (pane: Pane) => void;
}

function Actions({ message, actions, choose, onPane }: ActionsProps): ReactElement {
  const labels = useLabels();
  const { seq } = message;
  const hasReacted = (emoji: string) =>
    message.reactions?.some((one) => one.emoji === emoji && one.mine) ?? false;
  return (
    <div className="lilypad-menu-items">
      <div className="lilypad-menu-emoji">
        {QUICK_REACTIONS.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={labels.reactWith(emoji)}
            aria-pressed={hasReacted(emoji)}
            onClick={choose(() => actions.toggleReaction(seq, emoji, hasReacted(emoji)))}
          >
            {emoji}
          </button>
        ))}
      </div>
      <MenuItem text={labels.reply} onChoose={choose(() => actions.reply(seq))} />
      {actions.mayEdit(message) && (
        <MenuItem text={labels.edit} onChoose={choose(() => actions.startEdit(seq, message.body))} />
      )}
      {actions.mayReport(message) && <MenuItem text={labels.report} onChoose={() => onPane("report")} />}
      {actions.mayRestrain(message) && (
        <>
          <MenuItem text={labels.timeOutAuthor} onChoose={() => onPane("timeout")} />
          <MenuItem text={labels.banAuthor} isDanger onChoose={() => onPane("ban")} />
        </>
      )}
      {actions.mayErase(message) && (
        <MenuItem text={labels.erase} isDanger onChoose={() => onPane("erase")} />
      )}
    </div>
  );
}
