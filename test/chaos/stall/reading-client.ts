/** A client in a room that reads what it is sent, and acknowledges it where it is `paced`. */
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import type { ChangeNotifier } from "../support/change-notifier.ts";
import type { SignedInUser } from "../support/users.ts";
import { WireSocket } from "../support/wire-socket.ts";

export class ReadingClient {
  readonly events: ThreadEvent[] = [];
  readonly socket: WireSocket<ThreadEvent>;
  rev = 0;
  /** The code of its `closing` event; 0 where there was none. */
  closingCode = 0;

  constructor(url: URL, { token }: SignedInUser, changes: ChangeNotifier) {
    const isPaced = url.searchParams.has("paced");
    this.socket = new WireSocket<ThreadEvent>(url.href, token, (event) => {
      this.events.push(event);
      if (event.type === "closing") this.closingCode = event.code;
      // Too far behind for a replay: the snapshot that follows contains what was missed.
      if (event.type === "welcome" && !event.resumed) this.rev = event.thread.rev;
      if (event.type === "chat") {
        this.rev = event.rev;
        if (isPaced) this.socket.send({ type: "got", rev: event.rev });
      }
      changes.notify();
    });
  }
}
