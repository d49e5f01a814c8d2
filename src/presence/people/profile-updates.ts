/**
 * The profiles that credentials bring. A user's shard decides which of them counts, the one that the host gave last, and has
 * it sent to the user's tabs and threads.
 */
import type { User } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
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

  /** The same where a session begins with it. */
  signedIn(user: User, namedAt: number): void {
    const { connections, tabs, directory, propagation } = this.#parts;
    if (!directory.upsert(user, namedAt)) return;
    propagation.changed(user.id, Date.now());
    tabs.send(user.id, connections.encode([{ type: "user", user }]));
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

  #known(userId: string): User | undefined {
    return this.#parts.directory.profiles([userId])[0];
  }
}
