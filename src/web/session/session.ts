/** The signed-in user, and the client that the whole page shares. */
import { createClient } from "../../client/client.ts";
import { Store, type Readable } from "../../client/store/store.ts";
import type { User } from "../../protocol/model.ts";

export type SessionState =
  | { is: "loading" }
  | { is: "unreachable" }
  | { is: "signed_out" }
  | { is: "signed_in"; user: User };

const state = new Store<SessionState>({ is: "loading" });

/** Who is signed in. */
export const currentSession: Readable<SessionState> = state;

export const client = createClient({ onSignedOut: scheduleCheck });

/**
 * At least this long between two checks that closed sockets cause. Where HTTP accepts a session that sockets refuse, each
 * check would otherwise cause the next one at once.
 */
const CHECK_INTERVAL_MS = 5_000;
let lastCheckAt = 0;
let scheduledCheck: ReturnType<typeof setTimeout> | undefined;

function scheduleCheck(): void {
  scheduledCheck ??= setTimeout(
    () => {
      scheduledCheck = undefined;
      lastCheckAt = Date.now();
      void checkSession();
    },
    Math.max(0, lastCheckAt + CHECK_INTERVAL_MS - Date.now()),
  );
}

/** All tabs of a browser share the session cookie: after a sign-in or sign-out, the other tabs check the session. */
const otherTabs = new BroadcastChannel("lilypad session");
otherTabs.addEventListener("message", () => void checkSession());

function notifyOtherTabs(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel takes no target origin.
  otherTabs.postMessage(null);
}

/** Asks the server who is signed in. */
export async function checkSession(): Promise<void> {
  try {
    const found = await client.session.me();
    if (found) setSignedIn(found.user);
    else setSignedOut();
  } catch {
    // A signed-in user stays so while the server cannot be reached.
    if (state.getSnapshot().is !== "signed_in") state.set({ is: "unreachable" });
    // A socket that was closed as signed out waits for this answer, and nothing else would ask again.
    else scheduleCheck();
  }
}

export async function signInAsGuest(name: string): Promise<void> {
  const { user } = await client.session.signInAsGuest(name);
  notifyOtherTabs();
  setSignedIn(user);
}

export async function signOut(): Promise<void> {
  await client.session.signOut();
  notifyOtherTabs();
  setSignedOut();
}

function setSignedIn(user: User): void {
  const previous = state.getSnapshot();
  // Another tab may have signed in a different user: no state of the previous one may remain.
  if (previous.is === "signed_in" && previous.user.id !== user.id) client.close();
  state.set({ is: "signed_in", user });
  client.signedIn();
}

function setSignedOut(): void {
  client.close();
  state.set({ is: "signed_out" });
}
