/** An event that a client emitted, on its way to a thread. */
import type { Caller } from "../../rpc/caller.ts";
import type { ClientSession } from "../session-data.ts";
import type { Reply } from "./reply.ts";

export interface AskedEvent {
  session: ClientSession;
  /** Who was connected when it was emitted. */
  caller: Caller;
  reply: Reply;
}
