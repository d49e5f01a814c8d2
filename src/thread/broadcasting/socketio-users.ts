/**
 * Who is in the room over Socket.IO, at which shard: as the shards report it. In memory alone; an object that has woken asks
 * the shards before it says who came and who left.
 */
import { NAMED_USERS, type Occupancy } from "../../rpc/relay.ts";

export interface SocketIoUsersParts {
  /** Asks a shard who is there. */
  ask: (shard: number) => Promise<Occupancy>;
}

export class SocketIoUsers {
  readonly #parts: SocketIoUsersParts;
  readonly #byShard = new Map<number, Set<string>>();
  /** Shards of which it is not known who is there: they had sessions here before this object woke. */
  readonly #unknown = new Set<number>();
  readonly #refreshing = new Set<number>();
  #learning: Promise<void> | undefined;
  /** A user came, to be at one of the shards, or is at none any more. */
  onCame: (userId: string) => void = () => {};
  onGone: (userId: string) => void = () => {};

  constructor(parts: SocketIoUsersParts) {
    this.#parts = parts;
  }

  get isKnown(): boolean {
    return this.#unknown.size === 0;
  }

  has(userId: string): boolean {
    return this.#byShard.values().some((users) => users.has(userId));
  }

  /** Every user once, as far as is known. */
  all(): Set<string> {
    return this.#byShard.values().reduce((all, users) => all.union(users), new Set<string>());
  }

  /** A shard that had sessions here before this object woke. */
  unknown(shard: number): void {
    this.#unknown.add(shard);
  }

  /** A user is entering at a shard. */
  entering(shard: number, userId: string): void {
    const isNew = !this.has(userId);
    this.#usersAt(shard).add(userId);
    if (isNew) this.onCame(userId);
  }

  /** A shard has reported who is there, or how many alone. */
  reported(shard: number, { users, userIds, left = [] }: Occupancy): void {
    if (users > NAMED_USERS) {
      // The room counts as large, in which nobody is named.
      this.#unknown.delete(shard);
      this.#byShard.set(shard, new Set());
      return;
    }
    const before = this.#usersAt(shard);
    if (!userIds) {
      if (!this.#unknown.has(shard) && users !== before.size) void this.#refresh(shard);
      return;
    }
    if (this.#unknown.delete(shard)) this.#replace(shard, { now: userIds, came: [], gone: left });
    else this.#replace(shard, { now: userIds, came: userIds.filter((id) => !before.has(id)), gone: before });
  }

  /** Nobody is at a shard any more. */
  emptied(shard: number): void {
    this.#unknown.delete(shard);
    this.#replace(shard, { now: [], came: [], gone: this.#usersAt(shard) });
    this.#byShard.delete(shard);
  }

  /** Asks the shards of which it is not known. */
  learn(): Promise<void> {
    return (this.#learning ??= this.#learn().finally(() => {
      this.#learning = undefined;
    }));
  }

  async #learn(): Promise<void> {
    await Promise.all(
      [...this.#unknown].map(async (shard) => {
        const { userIds = [] } = await this.#ask(shard);
        // It may have reported meanwhile. Whoever was entering is in the answer, or came after it.
        if (this.#unknown.delete(shard))
          this.#byShard.set(shard, this.#usersAt(shard).union(new Set(userIds)));
      }),
    );
  }

  /** What a shard reported was lost on its way, or is still to come. */
  async #refresh(shard: number): Promise<void> {
    if (this.#refreshing.has(shard)) return;
    this.#refreshing.add(shard);
    const answer = await this.#ask(shard);
    this.#refreshing.delete(shard);
    if (answer.userIds && this.#byShard.has(shard)) this.reported(shard, answer);
  }

  /** One that does not answer counts as it was. */
  #ask(shard: number): Promise<Occupancy> {
    return this.#parts.ask(shard).catch((): Occupancy => ({ sockets: 0, users: 0 }));
  }

  #replace(
    shard: number,
    { now, came, gone }: { now: readonly string[]; came: readonly string[]; gone: Iterable<string> },
  ): void {
    const isElsewhere = (userId: string) =>
      this.#byShard.entries().some(([other, users]) => other !== shard && users.has(userId));
    this.#byShard.set(shard, new Set(now));
    for (const userId of gone) if (!this.has(userId)) this.onGone(userId);
    for (const userId of came) if (!isElsewhere(userId)) this.onCame(userId);
  }

  #usersAt(shard: number): Set<string> {
    let users = this.#byShard.get(shard);
    if (!users) this.#byShard.set(shard, (users = new Set()));
    return users;
  }
}
