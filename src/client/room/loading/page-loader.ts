/**
 * Loads pages over HTTP so that they are up to date when they are used. While a page is on its way, events may change what
 * is on it, and a snapshot may replace what it was to continue.
 */
import type { ThreadEvent } from "../../../protocol/events.ts";
import type { MemberPage, MessagePage } from "../../../protocol/http.ts";
import { PAGE_MAX } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/model.ts";
import type { RecordEvents } from "../../connection/event-recorder.ts";
import type { Api } from "../../http/api.ts";
import { changeMembers } from "../members.ts";
import { changeMessages } from "../messages.ts";
import { withOwnReactions } from "../reactions.ts";

export interface PageLoaderOptions {
  api: Api;
  threadId: string;
  recordEvents: RecordEvents<ThreadEvent>;
  isClosed(): boolean;
  /** The signed-in user; undefined before the first `welcome`. */
  userId(): string | undefined;
}

export class PageLoader {
  readonly #options: PageLoaderOptions;
  #snapshots = 0;

  constructor(options: PageLoaderOptions) {
    this.#options = options;
  }

  /** Whether no further page is to be loaded. */
  get isClosed(): boolean {
    return this.#options.isClosed();
  }

  /** How many snapshots have replaced the state: differs before and after a request if one came meanwhile. */
  get snapshots(): number {
    return this.#snapshots;
  }

  /** A snapshot has replaced the state: pages on their way are requested again, since events between them are missing. */
  restart(): void {
    this.#snapshots += 1;
  }

  /** Loads a page of messages. */
  async messages(bounds: {
    before?: number;
    after?: number;
    around?: number;
    limit?: number;
  }): Promise<MessagePage> {
    const { api, threadId } = this.#options;
    const [page, events] = await this.#load(() => api.messages(threadId, bounds));
    const userId = this.#options.userId();
    const loaded: readonly Message[] = page.messages.map((message) => withOwnReactions(message, userId));
    const messages = events.reduce((list, event) => changeMessages(list, event, userId), loaded);
    return { ...page, messages: [...messages] };
  }

  /** Loads a page of members. `cursor` is called again where the page has to be requested again. */
  async members(cursor: () => string | undefined): Promise<MemberPage> {
    const { api, threadId } = this.#options;
    const [page, events] = await this.#load(() =>
      api.members(threadId, { cursor: cursor(), limit: PAGE_MAX }),
    );
    return { ...page, members: [...events.reduce(changeMembers, page.members)] };
  }

  /** Resolves to a page and the events since it was requested, all of them. */
  async #load<Page>(request: () => Promise<Page>): Promise<[Page, readonly ThreadEvent[]]> {
    for (;;) {
      const snapshots = this.#snapshots;
      const loaded = await this.#options.recordEvents(request);
      if (snapshots === this.#snapshots || this.isClosed) return loaded;
    }
  }
}
