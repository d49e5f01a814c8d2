/** Of a user with too many tabs, over both transports together, the one that was silent the longest is closed. */
import { CLOSE } from "../../protocol/errors.ts";
import { SOCKETS_PER_USER } from "../../protocol/limits.ts";
import { callObject } from "../../rpc/call.ts";
import { socketIoStub } from "../../rpc/socketio.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { SocketIoTab, SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import { isSocketIoTab, type AllTabs, type Tab } from "./all-tabs.ts";
import type { TabSockets } from "./tab-sockets.ts";

export interface TooManyTabsParts {
  connections: Connections;
  allTabs: AllTabs;
  socketIoTabs: SocketIoTabs;
  sockets: TabSockets;
  /** Closes a tab over Socket.IO. */
  replace: (tab: SocketIoTab) => void;
}

export class TooManyTabs {
  readonly #env: Env;
  readonly #parts: TooManyTabsParts;

  constructor(env: Env, parts: TooManyTabsParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** A user has opened a tab, which is never the one to be closed. */
  opened(userId: string, newest: Tab): void {
    const { allTabs, connections } = this.#parts;
    const tabs = allTabs.of(userId);
    if (tabs.length <= SOCKETS_PER_USER) return;
    const others = tabs.filter((tab) => tab !== newest);
    const sockets = others.filter((tab): tab is WebSocket => !isSocketIoTab(tab));
    if (sockets.length === others.length)
      return this.#close(mostSilent(sockets, (tab) => connections.heardAt(tab)));
    // Nobody waits for it, and a failure was logged where it happened.
    void this.#closeMostSilent(userId, newest).catch(() => undefined);
  }

  async #closeMostSilent(userId: string, newest: Tab): Promise<void> {
    const { allTabs, socketIoTabs, connections } = this.#parts;
    const shards = [...socketIoTabs.shardsOf(userId)];
    const answers = await Promise.all(shards.map((shard) => this.#askHeardAt(shard, userId)));
    const heardAt = new Map(answers.flatMap((answer) => Object.entries(answer)));
    // Meanwhile some may have been closed.
    const tabs = allTabs.of(userId);
    if (tabs.length <= SOCKETS_PER_USER) return;
    const others = tabs.filter((tab) => tab !== newest);
    this.#close(
      mostSilent(others, (tab) =>
        isSocketIoTab(tab) ? (heardAt.get(tab.id) ?? tab.openedAt) : connections.heardAt(tab),
      ),
    );
  }

  /** A shard that does not answer has tabs that were silent since they opened. */
  #askHeardAt(shard: number, userId: string): Promise<Record<string, number>> {
    const answer = callObject(
      () => socketIoStub(this.#env, shard),
      (holder): Promise<Record<string, number>> => holder.tabsHeardAt(userId),
    );
    return answer.catch(() => ({}));
  }

  #close(tab: Tab | undefined): void {
    const { sockets, replace } = this.#parts;
    if (!tab) return;
    if (isSocketIoTab(tab)) replace(tab);
    else sockets.close(tab, CLOSE.replaced, "too many tabs, and this one was silent the longest");
  }
}

function mostSilent<T extends Tab>(tabs: readonly T[], heardAt: (tab: T) => number): T | undefined {
  const [first, ...others] = tabs;
  return first && others.reduce((a, b) => (heardAt(b) < heardAt(a) ? b : a), first);
}
