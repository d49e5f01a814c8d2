/** The view at `/`: stands in for the pages of a site whose navigation shows the chat's unread badge. */
import { Link } from "./router.tsx";

export interface HomePageProps {
  name: string;
  /** How many threads have unread messages. */
  unread: number;
}

export function HomePage({ name, unread }: HomePageProps) {
  return (
    <main class="centred">
      <img src="/favicon.svg" alt="" width="72" height="72" />
      <h1>Hello, {name}</h1>
      <p class="note" role="status">
        {unread === 0 && "You have read everything."}
        {unread === 1 && "There is something new in one chat."}
        {unread > 1 && `There is something new in ${unread} chats.`}
      </p>
      <Link href="/chat" class="button">
        Open your chats
      </Link>
    </main>
  );
}
