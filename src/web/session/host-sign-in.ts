/**
 * Signing in at the host application: the page leaves for `SIGN_IN_URL?return=…&state=…`, and is entered again with
 * `#token=…&state=…`. The state shows that this tab asked for the token: otherwise a link to this page could sign its
 * reader in as somebody else.
 */
import { browserStorage } from "../browser-storage.ts";

/** A tab's own: a state that another tab made is of no use here. */
const tabStorage = browserStorage("sessionStorage");
/** Under it: the state, a space, and the path of the view to go to afterwards. */
const KEY = "lilypad sign-in";

/** What the page was entered with: a token that this tab asked for, or why there is none, for a person to read. */
export type SignInReturn = { token: string; path: string } | { problem: string };

/**
 * Leaves for the host's sign-in page, with no way back to this view but signing in where `replace` is chosen. False where
 * the browser keeps nothing for this page, and so no state: then the token could not be accepted.
 */
export function leaveForSignIn(signInUrl: string, history: "assign" | "replace"): boolean {
  const state = newState();
  if (!tabStorage.set(KEY, `${state} ${location.pathname}${location.hash}`)) return false;
  const address = new URL(signInUrl);
  // Always the same, so that the host can compare it with what it knows.
  address.searchParams.set("return", `${location.origin}/`);
  address.searchParams.set("state", state);
  location[history](address);
  return true;
}

/** Whether this tab left for the sign-in page, and came back without an answer. */
export function hasLeftForSignIn(): boolean {
  return tabStorage.get(KEY) !== undefined;
}

/** Accepts no answer any more. */
export function forgetSignIn(): void {
  tabStorage.remove(KEY);
}

/** Takes the token and the state out of the address bar and the browser's history; undefined where there are none. */
export function takeSignInReturn(): SignInReturn | undefined {
  const [here = "", fragment] = location.href.split("#");
  const given = new URLSearchParams(fragment);
  const [token, state] = [given.get("token"), given.get("state")];
  if (token === null && state === null) return undefined;
  history.replaceState(null, "", here);
  const [expectedState, path = "/"] = tabStorage.get(KEY)?.split(" ") ?? [];
  // Whatever was brought back: each state is used once.
  forgetSignIn();
  if (expectedState === undefined || state !== expectedState) {
    return { problem: "This sign-in was not started in this tab, or it was used already. Try again." };
  }
  if (!token) return { problem: "You were not signed in. Try again." };
  return { token, path };
}

/** 128 random bits. */
function newState(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("-");
}
