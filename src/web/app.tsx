/** The page: one who signs in, or the views of one who is. */
import { useEffect, useState } from "preact/hooks";
import { ChatPage } from "./chat-page.tsx";
import { Home } from "./home-page.tsx";
import { NavBar } from "./nav-bar.tsx";
import { Link, navigate, useRoute } from "./router.tsx";
import { checkSession, client, session, signOut } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import type { User } from "../protocol/model.ts";
import { useStore } from "./ui/use-store.ts";

export function App() {
  const state = useStore(session);
  switch (state.is) {
    case "loading":
      return (
        <main class="centred note" aria-busy="true">
          <p class="late">Loading…</p>
        </main>
      );
    case "unreachable":
      return (
        <main class="centred">
          <h1>Lilypad cannot be reached</h1>
          <p class="note">Check your connection, then try again.</p>
          <button type="button" class="button" onClick={() => void checkSession()}>
            Try again
          </button>
        </main>
      );
    case "signed_out":
      return <SignIn />;
    case "signed_in":
      return <SignedIn key={state.user.id} user={state.user} />;
  }
}

function SignedIn({ user }: { user: User }) {
  const presence = client.presence();
  const { unreadThreads, user: online, connection } = useStore(presence);
  const route = useRoute();
  const [failed, setFailed] = useState(false);

  const leave = () => {
    setFailed(false);
    signOut().then(
      () => navigate("/"),
      () => setFailed(true),
    );
  };

  // What it says is over with the next connection.
  useEffect(() => {
    if (connection === "open") setFailed(false);
  }, [connection]);

  // Another tab signed in as somebody else: what is done here would be done in their name.
  useEffect(() => {
    if (online && online.id !== user.id) void checkSession();
  }, [online, user]);

  useEffect(() => {
    document.title = unreadThreads > 0 ? `(${unreadThreads}) Lilypad` : "Lilypad";
    return () => {
      document.title = "Lilypad";
    };
  }, [unreadThreads]);

  return (
    <>
      <NavBar user={user} unread={unreadThreads} here={route.view} onSignOut={leave} />
      {failed && (
        <p class="error" role="alert">
          You are still signed in: Lilypad cannot be reached. Try again in a moment.
        </p>
      )}
      {route.view === "home" && <Home name={user.name} unread={unreadThreads} />}
      {route.view === "chat" && <ChatPage user={user} threadId={route.threadId} />}
      {route.view === "lost" && (
        <main class="centred">
          <h1>There is nothing here</h1>
          <Link href="/" class="button">
            Go home
          </Link>
        </main>
      )}
    </>
  );
}
