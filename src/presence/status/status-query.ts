/** The present status of users, for one who asks once (`GET /api/presence`) and subscribes to nobody. */
import type { UserPresence } from "../../protocol/model.ts";
import { byShard } from "../../rpc/shards.ts";
import type { WhoSeesWhom } from "../contacts/who-sees-whom.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { OnlineStatus } from "./online-status.ts";

export interface StatusQueryParts {
  peers: PeerShards;
  whoSeesWhom: WhoSeesWhom;
  online: OnlineStatus;
}

export class StatusQuery {
  readonly #env: Env;
  readonly #parts: StatusQueryParts;

  constructor(env: Env, parts: StatusQueryParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Of those of these users, of any shard, whom a user of this one may see; one call to each other shard concerned. */
  async for(userId: string, ids: readonly string[]): Promise<UserPresence[]> {
    const { peers, whoSeesWhom } = this.#parts;
    const threadIds = whoSeesWhom.threadsOf(userId);
    const found = await Promise.all(
      [...byShard(this.#env, ids)].map(([shard, ofShard]) =>
        peers.call(shard, (peer) => peer.statuses(ofShard, threadIds, userId)),
      ),
    );
    return whoSeesWhom.unblocked(userId, found.flat());
  }

  /** Of those of these users of this shard whom one sees who is in these threads; of that one in any case. */
  async among(
    userIds: readonly string[],
    threadIds: readonly string[],
    viewerId: string | undefined,
  ): Promise<UserPresence[]> {
    const { whoSeesWhom, online } = this.#parts;
    const present = (userId: string) => online.presenceOf(userId, Date.now());
    const others = userIds.filter((userId) => userId !== viewerId);
    const shown: UserPresence[] = [];
    for await (const userId of whoSeesWhom.usersIn(others, threadIds, viewerId)) shown.push(present(userId));
    if (viewerId !== undefined && userIds.includes(viewerId)) shown.push(present(viewerId));
    return shown;
  }
}
