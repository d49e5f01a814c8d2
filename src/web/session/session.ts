/** The page's one client, and who is signed in. */
import { createClient } from "../../client/client.ts";
import { Store, type Readable } from "../../client/store/store.ts";
import type { User } from "../../protocol/model.ts";

export type SessionState =
  | { is: "loading" }
  | { is: "unreachable" }
  | { is: "signed_out" }
  | { is: "signed_in"; user: User };

const state = new Store<SessionState>({ is: "loading" });

/** Who is signed in, for components to read. */
export const session: Readable<SessionState> = state;

export const client = createClient({ onSignedOut: checkSoon });

/** Between two checks that sockets ask for: where HTTP and sockets disagree about the session, they would go on for ever. */
const CHECK_INTERVAL_MS = 5_000;
let checkedAt = 0;
let check: ReturnType<typeof setTimeout> | undefined;

function checkSoon(): void {
  check ??= setTimeout(
    () => {
      check = undefined;
      checkedAt = Date.now();
      void checkSession();
    },
    Math.max(0, checkedAt + CHECK_INTERVAL_MS - Date.now()),
  );
}

/** The browser's other tabs have the same session: what one does with it, the others ask after. */
const tabs = new BroadcastChannel("lilypad session");
tabs.addEventListener("message", () => void checkSession());

function tellTabs(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, and takes no other.
  tabs.postMessage(null);
}

/** Asks the server who is signed in. */
export async function checkSession(): Promise<void> {
  try {
    const found = await client.session.me();
    if (found) signedIn(found.user);
    else signedOut();
  } catch {
    // Someone who is signed in stays so while the server cannot be reached.
    if (state.getSnapshot().is !== "signed_in") state.set({ is: "unreachable" });
    // Nobody else would ask again: what is signed out waits for the answer.
    else checkSoon();
  }
}

export async function signInAsGuest(name: string): Promise<void> {
  const { user } = await client.session.signInAsGuest(name);
  tellTabs();
  signedIn(user);
}

export async function signOut(): Promise<void> {
  await client.session.signOut();
  tellTabs();
  signedOut();
}

function signedIn(user: User): void {
  const before = state.getSnapshot();
  // Another tab may have signed in as somebody else: nothing of the one before may stay.
  if (before.is === "signed_in" && before.user.id !== user.id) client.close();
  state.set({ is: "signed_in", user });
  client.signedIn();
}

function signedOut(): void {
  client.close();
  state.set({ is: "signed_out" });
}
