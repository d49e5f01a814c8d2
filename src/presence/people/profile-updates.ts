/**
 * The profiles that credentials bring. A user's shard decides which of them counts, the one that the host gave last, and has
 * it sent to the user's tabs and threads.
 */
import type { User } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
import type { UserPut } from "../../rpc/presence.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { Tabs } from "../status/tabs.ts";
import type { ProfilePropagation } from "./profile-propagation.ts";
import type { UserDirectory } from "./user-directory.ts";

export interface ProfileUpdatesParts {
  connections: Connections;
  tabs: Tabs;
  directory: UserDirectory;
  propagation: ProfilePropagation;
}

export class ProfileUpdates {
  readonly #parts: ProfileUpdatesParts;

  constructor(parts: ProfileUpdatesParts) {
    this.#parts = parts;
  }

  /**
   * A credential names its user: one who was unknown is known from now on. Of two that were made at the same time neither
   * renames the user: in use on two devices, each would undo the other over and over.
   */
  named({ user, namedAt }: Pick<Caller, "user" | "namedAt">): void {
    if (namedAt === undefined || this.#parts.directory.namedAt(user.id) === namedAt)
      this.#parts.directory.add(user);
    else this.signedIn(user, namedAt);
  }

  /** The same where a session begins with it: there a name counts, too, that does not say when it was given. */
  signedIn(user: User, namedAt: number | undefined): void {
    const { directory, propagation } = this.#parts;
    const now = Date.now();
    const isNews =
      namedAt === undefined ? directory.upsertUndated(user, now) : directory.upsert(user, namedAt);
    if (!isNews) return;
    propagation.changed(user.id, now);
    this.#notifyTabs(user);
  }

  /** The host itself says who a user is. Returns the profile. */
  put(userId: string, put: UserPut): User {
    const { directory, propagation } = this.#parts;
    const now = Date.now();
    const { user, changed } = directory.put(userId, put, now);
    if (changed) {
      propagation.changedByHost(userId, now);
      this.#notifyTabs(user);
    }
    return user;
  }

  /** The same where it was used in a thread, which makes nobody known. Returns the profile that counts. */
  namedInThread(user: User, namedAt: number): User {
    if (this.#known(user.id)) this.named({ user, namedAt });
    return this.presentOf(user);
  }

  /** The profile that counts: the known one, which may be newer than what a credential says. */
  presentOf(user: User): User {
    return this.#known(user.id) ?? user;
  }

  #notifyTabs(user: User): void {
    const { connections, tabs } = this.#parts;
    tabs.send(user.id, connections.encode([{ type: "user", user }]));
  }

  #known(userId: string): User | undefined {
    return this.#parts.directory.profiles([userId])[0];
  }
}
