/** The first events on a thread's socket: the welcome, and then either what was missed or a snapshot. */
import type { Rate } from "../../config/config.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import {
  MEMBERS_SHOWN,
  PAGE_DEFAULT,
  RECOVERY_EVENTS,
  RECOVERY_LENGTH,
  RESUME_EVENTS,
  RESUME_LENGTH,
  SERVER_FRAME_BYTES,
} from "../../protocol/limits.ts";
import { clientLimitsFor } from "../../protocol/model.ts";
import type { Member, User } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
import { EncodedEvent, fitting, withList, withValue } from "../../sockets/codec.ts";
import { eventsFor, profilesSince } from "../messages/replay.ts";
import type { StoredThread } from "../stored-thread.ts";
import { pageOfMessages, threadFor } from "../thread-view.ts";
import type { Broadcaster } from "./broadcaster.ts";

/** What each list in a frame may take at most, so that the frame stays within `SERVER_FRAME_BYTES`. */
const LIST_BYTES = SERVER_FRAME_BYTES / 3;
const HISTORY_BYTES = SERVER_FRAME_BYTES - 1024;

type Welcome = Extract<ThreadEvent, { type: "welcome" }>;
type History = Extract<ThreadEvent, { type: "history" }>;

/** How far behind a client may be to be caught up: so many events, and so long together. */
export interface Reach {
  events: number;
  length: number;
}

export const RESUMING: Reach = { events: RESUME_EVENTS, length: RESUME_LENGTH };
/** Of a Socket.IO session that goes on. */
export const RECOVERING: Reach = { events: RECOVERY_EVENTS, length: RECOVERY_LENGTH };

/** Everything that a new socket is sent first, in order. `cursor` is what the client says it has. */
export function welcomeEvents(
  thread: StoredThread,
  broadcaster: Broadcaster,
  caller: Caller,
  cursor: string | null,
  rate: Rate,
  reach: Reach,
): (ThreadEvent | EncodedEvent)[] {
  const since = resumable(cursor, thread, reach);
  const missed = since === undefined ? undefined : missedSince(caller.user.id, thread, since, reach);
  const welcome = welcomeEvent(thread, broadcaster, {
    type: "welcome",
    user: caller.user,
    cursor: `${thread.epoch}:${missed ? since : thread.rev}`,
    resumed: missed !== undefined,
    // At a relay this one is not counted yet.
    onlineCount: seesOthers(caller.user, broadcaster) ? Math.max(1, broadcaster.onlineCount) : 1,
    expiresAt: caller.expiresAt,
    limits: clientLimitsFor(rate),
  });
  return [welcome, ...(missed ?? [snapshot(thread, caller.user)])];
}

/** The welcome with its two lists, which are most of it, and the same for everyone who comes in. */
function welcomeEvent(
  thread: StoredThread,
  broadcaster: Broadcaster,
  welcome: Omit<Welcome, "thread" | "online">,
): EncodedEvent {
  const { members, ...view } = threadFor(thread, welcome.user);
  const membersJson = fitting(members.map(jsonOfMember), LIST_BYTES);
  const here = broadcaster.online(MEMBERS_SHOWN);
  const isAlone = !seesOthers(welcome.user, broadcaster);
  const seen = isAlone ? here.filter((userId) => userId === welcome.user.id) : here;
  const online = seen.map((userId) => jsonOfUser(thread.profiles.get(userId)));
  const threadJson = withList(JSON.stringify(view), "members", membersJson);
  const json = withList(JSON.stringify(welcome), "online", fitting(online, LIST_BYTES));
  return new EncodedEvent(withValue(json, "thread", threadJson));
}

/** Whether a user sees who else is here: not while one blocks the other, nor the one who has yet to accept. */
function seesOthers({ id }: User, broadcaster: Broadcaster): boolean {
  const hidden = broadcaster.hidden;
  return !broadcaster.isQuiet && (hidden === undefined || hidden === id);
}

/** Of profiles and members as memory keeps them: each is serialized once. */
const users = new WeakMap<User, string>();
const members = new WeakMap<Member, string>();

function jsonOfUser(user: User): string {
  return kept(users, user);
}

function jsonOfMember(member: Member): string {
  return kept(members, member);
}

function kept<T extends object>(texts: WeakMap<T, string>, value: T): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const json = JSON.stringify(value);
  texts.set(value, json);
  return json;
}

/** What a user's client at a rev has missed, or undefined where that is too much. */
function missedSince(
  userId: string,
  thread: StoredThread,
  rev: number,
  { length }: Reach,
): ThreadEvent[] | undefined {
  const profiles = profilesSince(thread, rev);
  const events = eventsFor(userId, thread, rev, length);
  return profiles && events && [...profiles, ...events];
}

/** The rev from which the client can be caught up, or undefined where it needs a snapshot. */
function resumable(cursor: string | null, thread: StoredThread, { events }: Reach): number | undefined {
  const [, epoch, digits] = /^([^:]*):(\d{1,15})$/.exec(cursor ?? "") ?? [];
  const rev = Number(digits);
  const isKnown = epoch === thread.epoch && rev <= thread.rev && thread.rev - rev <= events;
  return isKnown ? rev : undefined;
}

/** The newest messages, as many as a frame holds. */
function snapshot(thread: StoredThread, user: User): EncodedEvent {
  const { messages, hasBefore } = pageOfMessages(thread, user, { limit: PAGE_DEFAULT });
  const newestFirst = messages.toReversed().map((message) => JSON.stringify(message));
  const shown = fitting(newestFirst, HISTORY_BYTES);
  const history: Omit<History, "messages"> = {
    type: "history",
    hasBefore: hasBefore || shown.length < messages.length,
  };
  return new EncodedEvent(withList(JSON.stringify(history), "messages", shown.toReversed()));
}
