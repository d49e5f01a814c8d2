import { LilypadProvider, Thread } from "lilypad/react";
import "lilypad/react/style.css";

/** Who is signed in to the application: here, whom the address names. */
const user = new URLSearchParams(location.search).get("user") ?? "ada";

async function getToken() {
  const response = await fetch(`/chat-token?user=${user}`, { method: "POST" });
  return (await response.json()).token;
}

export function App() {
  return (
    <LilypadProvider url={LILYPAD_URL} getToken={getToken}>
      <Thread thread="key:pond" />
    </LilypadProvider>
  );
}
