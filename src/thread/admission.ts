/** Who opens a socket in the thread, here or at a relay: whether they may, how often, and what they are welcomed with. */
import { configOf } from "../config/config.ts";
import { TokenBuckets } from "../durable/token-buckets.ts";
import { callerOf, subprotocolOf, type Caller } from "../rpc/caller.ts";
import { redirectTo } from "../rpc/redirect.ts";
import { isSocketIoRelay } from "../rpc/relay-address.ts";
import type { RelayWelcome } from "../rpc/relay.ts";
import type { Connections } from "../sockets/connections.ts";
import type { RoomSessions } from "../sockets/room-sessions.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";
import type { Broadcaster } from "./broadcasting/broadcaster.ts";
import type { Relays } from "./broadcasting/relays.ts";
import { RECOVERING, RESUMING, welcomeEvents, type Reach } from "./broadcasting/welcome.ts";
import { forbidden } from "./errors.ts";
import type { ProfileChanges } from "./members/profile-changes.ts";
import type { Notifier } from "./notifying/notifier.ts";
import type { StoredThread } from "./stored-thread.ts";
import { memberOf } from "./thread-view.ts";
import type { ThreadStore } from "./thread-store.ts";

export interface AdmissionParts {
  connections: Connections;
  store: ThreadStore;
  broadcaster: Broadcaster;
  relays: Relays;
  sessions: RoomSessions;
  notifier: Notifier;
  profileChanges: ProfileChanges;
}

export class Admission {
  readonly #env: Env;
  readonly #parts: AdmissionParts;
  /** Of sockets that a user opens, at relays too. */
  readonly #opens: TokenBuckets;

  constructor(env: Env, parts: AdmissionParts) {
    const { burst, per10s } = configOf(env).openRate;
    this.#env = env;
    this.#parts = parts;
    this.#opens = new TokenBuckets(burst, { tokens: per10s, perMs: 10_000 });
  }

  /** An upgrade. A large room sends it on to a relay. */
  open(request: Request): Response {
    const { store, broadcaster, relays, sessions } = this.#parts;
    const { room } = broadcaster;
    const credential = callerOf(request);
    const now = Date.now();
    let thread: StoredThread;
    try {
      store.require().access.requireNoBan(credential.user);
      // Those that go on to a relay count here, too.
      this.#countOpen(credential, now);
      thread = this.#admit(credential, now);
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    }
    room.sweep(now);
    const { roomSockets, relaySockets } = configOf(this.#env);
    if (room.size >= roomSockets) return redirectTo("relay", relays.next(relaySockets, now));
    const caller = thread.known(credential);
    const { socket, response } = room.accept(request, caller, now);
    broadcaster.welcoming(socket);
    sessions.endsAt(caller.expiresAt, now);
    const cursor = new URL(request.url).searchParams.get("cursor");
    room.welcome(socket, this.#welcome(thread, caller, cursor, RESUMING), thread.rev);
    broadcaster.welcomed(socket);
    return response;
  }

  /** A client of a relay. `asMember`: its session goes on, and this does not make its user a member. */
  atRelay(relay: number, who: Caller, cursor: string | null, asMember = false): RelayWelcome {
    const { store, relays } = this.#parts;
    const now = Date.now();
    // Of the thread's own relays, `open` has counted it.
    if (isSocketIoRelay(relay)) this.#countOpen(who, now);
    else store.require().access.requireNoBan(who.user);
    if (asMember && store.require().standing(who.user) === null) throw forbidden();
    const thread = this.#admit(who, now);
    relays.entering(relay, who.user.id);
    const reach = asMember ? RECOVERING : RESUMING;
    return { frames: this.#welcome(thread, thread.known(who), cursor, reach), rev: thread.rev };
  }

  /** The right first, so that a stranger learns nothing from the limit. */
  #countOpen({ user }: Caller, now: number): void {
    this.#parts.store.require().standing(user);
    this.#opens.admit(user.id, now, "Too many sockets opened here.");
  }

  /** The thread; `not_found` where they may not. A public thread takes them in, without an event. */
  #admit(caller: Caller, now: number): StoredThread {
    const { store, broadcaster, notifier, profileChanges } = this.#parts;
    const { user } = caller;
    const thread = store.require();
    broadcaster.room.requireUnrevoked(caller, now);
    if (thread.standing(user) === null) {
      store.atomically(() => thread.addMember(user, "member", now));
      const member = memberOf(thread, thread.requireMember(user.id));
      broadcaster.memberAdded(member, thread.membership.count());
      notifier.threadChanged(now);
    }
    profileChanges.seen(caller);
    return thread;
  }

  #welcome(thread: StoredThread, caller: Caller, cursor: string | null, reach: Reach): string[] {
    const { broadcaster, connections } = this.#parts;
    const { rate } = configOf(this.#env);
    return connections.encode(welcomeEvents(thread, broadcaster, caller, cursor, rate, reach));
  }
}
