/** The root component: the sign-in form, or the views of the signed-in user. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { User } from "../protocol/model.ts";
import { ChatContext, type Chat } from "./chat-context.ts";
import { ChatPanes } from "./chat-panes.tsx";
import { JoinPage } from "./contacts/join-page.tsx";
import { HomePage } from "./home-page.tsx";
import { NavBar } from "./nav-bar.tsx";
import { chatViews, RouteLink, navigate, useRoute } from "./router.tsx";
import {
  chat as shared,
  checkSession,
  client,
  currentSession,
  signOut,
  userChanged,
} from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { FileNotice } from "./ui/file-notice.tsx";
import { Text } from "./ui/text.tsx";
import { useStore } from "./ui/use-store.ts";

const chat: Chat = {
  ...shared,
  onUserChanged: () => void userChanged(),
  views: chatViews,
  overlays: () => document.body,
  takesFocus: true,
};

export function App() {
  return (
    <ChatContext.Provider value={chat}>
      <CurrentView />
      <FileNotice around={globalThis} />
    </ChatContext.Provider>
  );
}

function CurrentView() {
  const state = useStore(currentSession);
  switch (state.is) {
    case "loading":
      return (
        <main key="loading" class="centred note" aria-busy="true">
          <h1 class="visually-hidden">Lilypad</h1>
          <p class="delayed">Loading…</p>
        </main>
      );
    case "unreachable":
      return (
        <main key="unreachable" class="centred">
          <h1>
            <Text>{state.reason === undefined ? "Lilypad cannot be reached" : "Lilypad does not work"}</Text>
          </h1>
          <p class="note">
            <Text>{state.reason ?? "Check your connection, then try again."}</Text>
          </p>
          <button type="button" class="button" onClick={() => void checkSession()}>
            Try again
          </button>
        </main>
      );
    case "signed_out":
      return <SignIn options={state.options} problem={state.problem} />;
    case "signed_in":
      return <SignedIn key={state.user.id} user={state.user} />;
  }
}

function SignedIn({ user }: { user: User }) {
  const presence = client.presence();
  const { unreadThreads, user: connectedUser, connection } = useStore(presence);
  // The session says what its user was called when it began.
  const me = connectedUser?.id === user.id ? connectedUser : user;
  const route = useRoute();
  const [signOutFailed, setSignOutFailed] = useState(false);

  const onSignOut = () => {
    setSignOutFailed(false);
    signOut().then(
      () => navigate("/"),
      () => setSignOutFailed(true),
    );
  };

  // Once the server can be reached again, the error is out of date.
  useEffect(() => {
    if (connection === "open") setSignOutFailed(false);
  }, [connection]);

  useLayoutEffect(() => {
    if (connectedUser && connectedUser.id !== user.id) void userChanged();
  }, [connectedUser, user]);

  useEffect(() => {
    document.title = unreadThreads > 0 ? `(${unreadThreads}) Lilypad` : "Lilypad";
    return () => {
      document.title = "Lilypad";
    };
  }, [unreadThreads]);

  return (
    <>
      <NavBar user={me} unread={unreadThreads} currentView={route.view} onSignOut={onSignOut} />
      {signOutFailed && (
        <p class="error" role="alert">
          You are still signed in: Lilypad cannot be reached. Try again in a moment.
        </p>
      )}
      {route.view === "home" && <HomePage name={me.name} unread={unreadThreads} />}
      {route.view === "chat" && <ChatPanes as="main" user={me} threadId={route.threadId} />}
      {route.view === "join" && <JoinPage code={route.code} />}
      {route.view === "not_found" && (
        <main class="centred">
          <h1>There is nothing here</h1>
          <RouteLink href="/" class="button">
            Go home
          </RouteLink>
        </main>
      )}
    </>
  );
}
