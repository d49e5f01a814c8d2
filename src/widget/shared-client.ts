/**
 * One client for all elements of a page that sign in the same way: one connection, one list of threads, one outbox. This
 * module and what it imports is what the loader loads first; the views come when they are needed.
 */
import { createClient, type Client } from "../client/client.ts";
import type { RequestError } from "../client/http/request-error.ts";
import { EMPTY_PRESENCE, type PresenceState } from "../client/presence/presence-state.ts";
import type { PresenceClient } from "../client/presence/presence.ts";
import { Listeners } from "../client/store/listeners.ts";
import { Store, type Readable } from "../client/store/store.ts";
import type { TokenSource } from "./connector.ts";
import { MISCONFIGURED, type Problem } from "./problem.ts";
import { TokenCache } from "./token-cache.ts";
import { requestToken, TokenProblem } from "./token.ts";

/** A token that was refused and is older than this may have been revoked: a fresh one is tried. */
const FRESH_MS = 5_000;
/** What is revoked are the tokens of a whole second: a fresh one may be of the same. */
const SECOND_MS = 1_100;

const clients = new Map<TokenSource, SharedClient>();

/** The client of all elements that sign in like this. */
export function sharedClient(server: string, source: TokenSource): SharedClient {
  let client = clients.get(source);
  if (!client) clients.set(source, (client = new SharedClient(server, source)));
  return client;
}

export class SharedClient {
  readonly client: Client;
  /** Notified before the client is closed. */
  readonly leaving = new Listeners<void>();
  /** Why nothing works; undefined while it does. */
  readonly problem: Readable<Problem | undefined>;
  /** The user, their threads, and what is unread. Empty while nothing is connected yet, and for another user again. */
  readonly state: Readable<PresenceState>;
  readonly #problem = new Store<Problem | undefined>(undefined);
  readonly #state = new Store(EMPTY_PRESENCE);
  readonly #tokens: TokenCache;
  readonly #retained = new Set<object>();
  readonly #ids = new Map<string, Promise<string>>();
  #presence: PresenceClient | undefined;
  #retries = 0;
  /** Whether this user's token was accepted: what is refused then has been revoked. */
  #wasAccepted = false;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(server: string, source: TokenSource) {
    this.problem = this.#problem;
    this.state = this.#state;
    this.#tokens = new TokenCache(
      typeof source === "string" ? () => requestToken(source) : async () => source(),
    );
    this.client = createClient({
      url: server,
      getToken: () => this.#token(),
      onSignedOut: (reason) => this.#signedOut(reason),
      rememberedRooms: 10,
    });
  }

  /** Connects, until the function that it returns is called. When no element retains it any more, everything is closed. */
  retain(): () => void {
    const retained = {};
    this.#retained.add(retained);
    if (this.#retained.size === 1) this.#open();
    return () => {
      if (this.#retained.delete(retained) && this.#retained.size === 0) this.#close();
    };
  }

  /** The id of a thread that is given by its id or by its key. Rejects with a `RequestError`. */
  idOf(thread: string): Promise<string> {
    if (!thread.startsWith("key:")) return Promise.resolve(thread);
    let id = this.#ids.get(thread);
    if (!id) {
      id = this.client.api.thread(thread).then((found) => found.id);
      this.#ids.set(thread, id);
      id.catch(() => this.#ids.delete(thread));
    }
    return id;
  }

  /** Tries again what has failed, with a fresh token. */
  retry(): void {
    this.#retries += 1;
    this.#tokens.drop();
    this.#problem.set(undefined);
    if (this.#state.getSnapshot().connection !== "open") this.#presence?.reconnect();
    this.client.signedIn();
  }

  /** A connection is another user's than before: what is shown begins anew. */
  restart(): void {
    this.#close();
    this.#open();
  }

  #open(): void {
    this.#problem.set(undefined);
    this.#presence = this.client.presence();
    this.#presence.subscribe((state) => this.#follow(state));
  }

  #close(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
    this.#wasAccepted = false;
    this.leaving.notify();
    this.client.close();
    this.#state.set(EMPTY_PRESENCE);
    this.#tokens.drop();
    this.#ids.clear();
  }

  async #token(): Promise<string> {
    const retries = this.#retries;
    try {
      return await this.#tokens.get();
    } catch (error) {
      const problem =
        error instanceof TokenProblem
          ? error.problem
          : ({ code: "unauthenticated", message: "This site did not sign you in to the chat." } as const);
      // What was asked for before the latest retry is out of date.
      if (retries === this.#retries) this.#fail(problem);
      // No token at all is an end, and what is thrown is tried again.
      if (error instanceof TokenProblem && error.isFinal) return "";
      throw error;
    }
  }

  #signedOut(reason: string | undefined): void {
    if (this.#problem.getSnapshot() || this.#renewal !== undefined) return;
    if (this.#tokens.age > FRESH_MS) return this.retry();
    if (!this.#wasAccepted) return this.#refused(reason);
    this.#wasAccepted = false;
    this.#renewal = setTimeout(() => {
      this.#renewal = undefined;
      this.retry();
    }, SECOND_MS);
  }

  /** Its reason is for the site's developer. */
  #refused(reason: string | undefined): void {
    console.error(`lilypad-chat: the token is not accepted: ${reason}`);
    this.#fail({ code: "unauthenticated", message: "The chat did not accept this site’s sign-in." });
  }

  #follow(state: PresenceState): void {
    this.#state.set(state);
    const { connection, closeCode, reason } = state;
    if (connection === "open") {
      this.#problem.set(undefined);
      this.#wasAccepted = true;
    }
    if (connection === "waiting" && this.#isNew) void this.#explain();
    if (connection !== "stopped" || this.#problem.getSnapshot()) return;
    // The client has found out itself that nothing can work, and has written it to the console.
    if (closeCode === undefined && reason !== undefined) this.#fail({ code: MISCONFIGURED, message: reason });
    else this.#fail({ code: "unavailable", message: reason ?? "The server ended the connection." });
  }

  /** Nothing was received yet, and nothing is known of why. */
  get #isNew(): boolean {
    return this.#state.getSnapshot().user === undefined && this.#problem.getSnapshot() === undefined;
  }

  /** A socket does not say why it did not open; a request does. */
  async #explain(): Promise<void> {
    const error = await this.client.api.threads({ limit: 1 }).then(
      () => undefined,
      (failure: RequestError) => failure,
    );
    if (!error || !this.#isNew || this.#state.getSnapshot().connection === "open") return;
    if (error.code === "unauthenticated") this.#refused(error.message);
    else this.#fail({ code: error.code, message: error.message });
  }

  #fail(problem: Problem): void {
    if (problem.code === this.#problem.getSnapshot()?.code) return;
    this.#problem.set(problem);
  }
}
