/** The signed-in user, and the client that the whole page shares. */
import { createClient } from "../../client/client.ts";
import { RequestError } from "../../client/http/request-error.ts";
import { Listeners } from "../../client/store/listeners.ts";
import { Store, type Readable } from "../../client/store/store.ts";
import type { SignInOptions } from "../../protocol/http.ts";
import type { User } from "../../protocol/model.ts";
import { browserStorage } from "../browser-storage.ts";
import type { SharedChat } from "../chat-context.ts";
import { ThreadRemovals } from "../conversation/thread-removals.ts";
import { Drafts } from "../drafts/drafts.ts";
import { followOtherTabs } from "../drafts/other-tabs.ts";
import { replaceRoute } from "../router.tsx";
import { errorText } from "../ui/error-text.ts";
import { forgetSignIn, hasLeftForSignIn, leaveForSignIn, takeSignInReturn } from "./host-sign-in.ts";

export type SessionState =
  | { is: "loading" }
  /** `reason` is what the server says, where it can be reached and does not work. */
  | { is: "unreachable"; reason?: string }
  /** `problem` says why signing in did not work. */
  | { is: "signed_out"; options: SignInOptions; problem?: string }
  | { is: "signed_in"; user: User };

const state = new Store<SessionState>({ is: "loading" });

/** Who is signed in. */
export const currentSession: Readable<SessionState> = state;

export const client = createClient({ rememberedRooms: 10, onSignedOut: scheduleCheck });

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

/** What a tab sends to the others, which share its session: it is about to end, or it has begun or ended. */
type SessionNews = "ending" | "changed";

/** All tabs of a browser share the session cookie. */
const otherTabs = openChannel("lilypad session");
otherTabs?.addEventListener("message", ({ data }: MessageEvent<SessionNews>) => {
  // While it is still valid, what is held can be sent.
  if (data === "ending") leaving.notify();
  else void checkSession();
});

function notifyOtherTabs(news: SessionNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel takes no target origin.
  otherTabs?.postMessage(news);
}

/** Undefined where there are no channels, or the browser's settings block the site's data: each tab is then on its own. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

const leaving = new Listeners<void>();

function closeClient(): void {
  leaving.notify();
  client.close();
}

/** Shared by all tabs. */
const sharedStorage = browserStorage("localStorage");

const drafts = new Drafts(sharedStorage);
followOtherTabs(drafts);

/** What the page's views share. */
export const chat: SharedChat = { client, drafts, removals: new ThreadRemovals(leaving), leaving };

/** Kept from a sign-out to the next sign-in, so that the page does not sign in again by itself. */
const SIGNED_OUT = "lilypad signed out";

/**
 * Finds out who is signed in, when the page has loaded: by what the host's sign-in page brought back, or by the cookie.
 * Where nobody is, leaves for that page, unless that was tried already or somebody has just signed out.
 */
export async function enterPage(): Promise<void> {
  const returned = takeSignInReturn();
  if (returned && "token" in returned) return signInWithToken(returned.token, returned.path);
  await checkSession();
  const found = state.getSnapshot();
  if (found.is !== "signed_out") return;
  if (returned) state.set({ ...found, problem: returned.problem });
  else if (!hasLeftForSignIn() && sharedStorage.get(SIGNED_OUT) === undefined) leaveAtOnce(found.options);
}

/** Not where a guest may choose to stay. */
function leaveAtOnce({ guests, signInUrl }: SignInOptions): void {
  if (!guests && signInUrl !== undefined) leaveForSignIn(signInUrl, "replace");
}

/** Changes with each answer about the session: what was asked before the latest one is out of date. */
let answers = 0;

/** Asks the server who is signed in. */
export async function checkSession(): Promise<void> {
  const answer = ++answers;
  try {
    const found = await client.session.me();
    const options = found ? undefined : await client.session.signInOptions();
    if (answer !== answers) return;
    if (found) setSignedIn(found.user);
    else if (options) setSignedOut(options);
  } catch (failure) {
    if (answer !== answers) return;
    // A signed-in user stays so while the server cannot be reached.
    if (state.getSnapshot().is !== "signed_in") state.set(unreachable(failure));
    // A socket that was closed as signed out waits for this answer, and nothing else would ask again.
    else scheduleCheck();
  }
}

/** The one failure whose text is of use is that of a server that is not configured. */
function unreachable(failure: unknown): SessionState {
  const isAnswer = failure instanceof RequestError && failure.code === "unavailable";
  return isAnswer ? { is: "unreachable", reason: failure.message } : { is: "unreachable" };
}

export async function signInAsGuest(name: string): Promise<void> {
  const { user } = await client.session.signInAsGuest(name);
  notifyOtherTabs("changed");
  setSignedIn(user);
}

/** Goes to the view at `path` once signed in. Otherwise the page says what the problem is. */
async function signInWithToken(token: string, path: string): Promise<void> {
  try {
    const { user } = await client.session.signIn(token);
    notifyOtherTabs("changed");
    replaceRoute(path);
    setSignedIn(user);
  } catch (failure) {
    await checkSession();
    const found = state.getSnapshot();
    if (found.is === "signed_out")
      state.set({ ...found, problem: `You were not signed in: ${errorText(failure)}` });
  }
}

/**
 * A connection of the client is another user's than the page's: somebody has signed in in another tab. Nothing that is
 * shown may go on under the wrong name.
 */
export async function userChanged(): Promise<void> {
  closeClient();
  state.set({ is: "loading" });
  await checkSession();
}

export async function signOut(): Promise<void> {
  const ended = state.getSnapshot();
  // Not only once the client is closed: now there is time for the answers.
  leaving.notify();
  notifyOtherTabs("ending");
  await client.session.signOut();
  sharedStorage.set(SIGNED_OUT, "yes");
  notifyOtherTabs("changed");
  forgetDrafts(ended);
  closeClient();
  state.set({ is: "loading" });
  await checkSession();
}

function setSignedIn(user: User): void {
  answers += 1;
  forgetSignIn();
  sharedStorage.remove(SIGNED_OUT);
  const previous = state.getSnapshot();
  // Another tab may have signed in a different user: no state of the previous one may remain.
  if (previous.is === "signed_in" && previous.user.id !== user.id) closeClient();
  state.set({ is: "signed_in", user });
  client.signedIn();
}

function setSignedOut(options: SignInOptions): void {
  // By another tab. What is being composed outlives a session that ended by itself.
  if (sharedStorage.get(SIGNED_OUT) !== undefined) forgetDrafts(state.getSnapshot());
  closeClient();
  state.set({ is: "signed_out", options });
}

function forgetDrafts(ended: SessionState): void {
  if (ended.is === "signed_in") drafts.forget(ended.user.id);
}
