/** What a room loads over HTTP, beside what its socket brings. */
import type { Store } from "../../store/store.ts";
import type { RoomState } from "../room-state.ts";
import { MemberPages } from "./member-pages.ts";
import { MessagePages } from "./message-pages.ts";
import { MessageRefresh } from "./message-refresh.ts";
import { OlderMessages } from "./older-messages.ts";
import { PageLoader, type PageLoaderOptions } from "./page-loader.ts";
import { Quotes } from "./quotes.ts";

export class RoomLoading {
  readonly older: OlderMessages;
  readonly messages: MessagePages;
  readonly members: MemberPages;
  readonly quotes: Quotes;
  /** Makes the messages whole again after a snapshot. */
  readonly refresh: MessageRefresh;
  readonly #pages: PageLoader;

  constructor(store: Store<RoomState>, options: PageLoaderOptions) {
    const pages = new PageLoader(options);
    this.#pages = pages;
    this.older = new OlderMessages(store, pages);
    this.messages = new MessagePages(store, pages);
    this.members = new MemberPages(store, pages);
    this.quotes = new Quotes(store, pages);
    this.refresh = new MessageRefresh(store, pages);
  }

  /** The state is replaced by a snapshot, or the room is opened again: then what is on its way will be rejected. */
  restart(): void {
    this.#pages.restart();
    this.messages.restart();
    this.members.restart();
    this.quotes.restart();
  }
}
