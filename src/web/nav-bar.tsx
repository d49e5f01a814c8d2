/** The bar above every view: home, chats with the unread badge, and the signed-in user. */
import type { User } from "../protocol/model.ts";
import { RouteLink, type Route } from "./router.tsx";
import { isolated } from "../view/text/bidi.ts";
import { ChatIcon } from "./ui/icons.tsx";
import { Text, UserText } from "./ui/text.tsx";
import "./nav-bar.css";

export interface NavBarProps {
  user: User;
  /** How many threads have unread messages. */
  unread: number;
  currentView: Route["view"];
  onSignOut: () => void;
}

export function NavBar({ user, unread, currentView, onSignOut }: NavBarProps) {
  const ariaCurrent = (view: Route["view"]) =>
    view === currentView ? { "aria-current": "page" as const } : {};
  return (
    <header class="nav-bar">
      <nav aria-label="Main">
        <RouteLink href="/" class="nav-brand" aria-label="Lilypad, home" {...ariaCurrent("home")}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>Lilypad</span>
        </RouteLink>
        <RouteLink href="/chat" class="nav-chat" {...ariaCurrent("chat")}>
          <ChatIcon />
          <span>Chat</span>
          {unread > 0 && (
            <>
              {" "}
              <span class="nav-badge" data-testid="chat-badge">
                <Text>{unread > 99 ? "99+" : unread}</Text>
              </span>
              <span class="visually-hidden"> unread</span>
            </>
          )}
        </RouteLink>
      </nav>
      <div class="nav-user">
        <UserText as="span" class="nav-name" text={user.name} title={isolated(user.name)} />
        <button type="button" class="button-quiet" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}
