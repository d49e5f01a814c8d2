/** The view at `/`: a stand-in for whatever page one is on while chats go on elsewhere. */
import { Link } from "./router.tsx";

export interface HomeProps {
  name: string;
  unread: number;
}

export function Home({ name, unread }: HomeProps) {
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
