/** The first events on a thread's socket: the welcome, and then either what was missed or a snapshot. */
import type { Rate } from "../../config/config.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import {
  MEMBERS_SHOWN,
  PAGE_DEFAULT,
  RESUME_EVENTS,
  RESUME_LENGTH,
  SERVER_FRAME_BYTES,
} from "../../protocol/limits.ts";
import { clientLimitsFor } from "../../protocol/model.ts";
import type { User } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
import { fitting } from "../../sockets/codec.ts";
import { eventsFor, profilesSince } from "../messages/replay.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { Broadcaster } from "./broadcaster.ts";

/** What each list in a frame may take at most, so that the frame stays within `SERVER_FRAME_BYTES`. */
const LIST_BYTES = SERVER_FRAME_BYTES / 3;
const HISTORY_BYTES = SERVER_FRAME_BYTES - 1024;

/** Everything that a new socket is sent first, in order. `cursor` is what the client says it has. */
export function welcomeEvents(
  thread: StoredThread,
  broadcaster: Broadcaster,
  { user, expiresAt }: Caller,
  cursor: string | null,
  rate: Rate,
): ThreadEvent[] {
  const since = resumable(cursor, thread);
  const missed = since === undefined ? undefined : missedSince(user.id, thread, since);
  const view = thread.view(user);
  const welcome: ThreadEvent = {
    type: "welcome",
    thread: { ...view, members: fitting(view.members, LIST_BYTES) },
    user,
    cursor: `${thread.epoch}:${missed ? since : thread.rev}`,
    resumed: missed !== undefined,
    online: fitting(
      broadcaster.room.online(MEMBERS_SHOWN).map((userId) => thread.profiles.get(userId)),
      LIST_BYTES,
    ),
    // At a relay this one is not counted yet.
    onlineCount: Math.max(1, broadcaster.onlineCount),
    expiresAt,
    limits: clientLimitsFor(rate),
  };
  return [welcome, ...(missed ?? [snapshot(thread, user)])];
}

/** What a user's client at a rev has missed, or undefined where that is too much. */
function missedSince(userId: string, thread: StoredThread, rev: number): ThreadEvent[] | undefined {
  const profiles = profilesSince(thread, rev);
  const events = eventsFor(userId, thread, rev, RESUME_LENGTH);
  return profiles && events && [...profiles, ...events];
}

/** The rev from which the client can be caught up, or undefined where it needs a snapshot. */
function resumable(cursor: string | null, thread: StoredThread): number | undefined {
  const [, epoch, digits] = /^([^:]*):(\d{1,15})$/.exec(cursor ?? "") ?? [];
  const rev = Number(digits);
  const isKnown = epoch === thread.epoch && rev <= thread.rev && thread.rev - rev <= RESUME_EVENTS;
  return isKnown ? rev : undefined;
}

/** The newest messages, as many as a frame holds. */
function snapshot(thread: StoredThread, user: User): ThreadEvent {
  const { messages, hasBefore } = thread.messagePage(user, { limit: PAGE_DEFAULT });
  const shown = fitting(messages.toReversed(), HISTORY_BYTES).toReversed();
  return { type: "history", messages: shown, hasBefore: hasBefore || shown.length < messages.length };
}
