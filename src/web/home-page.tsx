/** The view at `/`: stands in for the pages of a site whose navigation shows the chat's unread badge. */
import { RouteLink } from "./router.tsx";
import { Text, UserText } from "./ui/text.tsx";

export interface HomePageProps {
  name: string;
  /** How many threads have unread messages. */
  unread: number;
}

export function HomePage({ name, unread }: HomePageProps) {
  return (
    <main class="centred">
      <img src="/favicon.svg" alt="" width="72" height="72" />
      <h1>
        <Text>Hello, </Text>
        <UserText text={name} />
      </h1>
      <p class="note" role="status">
        <Text>{unreadText(unread)}</Text>
      </p>
      <RouteLink href="/chat" class="button">
        Open your chats
      </RouteLink>
    </main>
  );
}

function unreadText(unread: number): string {
  if (unread === 0) return "You have read everything.";
  return unread === 1 ? "There is something new in one chat." : `There is something new in ${unread} chats.`;
}
