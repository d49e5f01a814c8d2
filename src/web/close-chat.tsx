/** Closes the chat, where it is shown in something that can be closed. */
import { useChat } from "./chat-context.ts";
import { CloseIcon } from "./ui/icons.tsx";

export function CloseChat() {
  const { onClose } = useChat();
  if (!onClose) return null;
  return (
    <button type="button" class="icon-button" aria-label="Close chat" onClick={onClose}>
      <CloseIcon />
    </button>
  );
}
