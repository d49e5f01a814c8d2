/** Bodies, queries and answers of the HTTP interface. */
import { z } from "zod";
import * as limits from "./limits.ts";
import {
  errorCode,
  issue,
  member,
  message,
  role,
  threadSettings,
  threadSummary,
  user,
  userPresence,
} from "./model.ts";
import {
  avatarUrl,
  characters,
  commandId,
  displayName,
  GUEST_PREFIX,
  looksLikeGuest,
  messageBody,
  messageData,
  personId,
  putAvatarUrl,
  readSeq,
  rev,
  seq,
  threadData,
  threadName,
  time,
  userData,
  userId,
} from "./fields.ts";
import { isSearchable } from "./user-search.ts";

/** A number in a query string: digits only, so that "", "1e3" and " 1" are refused rather than guessed at. */
export const digits = z
  .string()
  .regex(/^\d{1,15}$/, "is not a whole number")
  .transform(Number);

export const pageLimit = digits.pipe(z.int().min(1).max(limits.PAGE_MAX)).default(limits.PAGE_DEFAULT);
const pageCursor = z.string().min(1).max(512).optional();

export const guestSignIn = z.object({ name: displayName });

const memberIds = z.array(userId).max(limits.MEMBER_IDS);
export const createThread = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("direct"),
    memberIds: z.array(userId).length(1, "a direct thread takes exactly one other member"),
  }),
  z.object({
    kind: z.enum(["group", "public"]),
    name: threadName.nullish(),
    memberIds: memberIds.default([]),
  }),
]);
export type CreateThread = z.infer<typeof createThread>;
/** The host's: the direct thread of two users. */
export const createDirectThread = z.object({
  kind: z.literal("direct"),
  memberIds: z.array(userId).length(2, "the host names the two members of a direct thread"),
});

/** The host's: what a thread of its key is to be. What is absent stays as it is, and `null` removes. */
export const putThread = z.object({
  kind: z.enum(["group", "public"]),
  name: threadName.nullish(),
  data: threadData.nullish(),
  members: z
    .array(
      z.object({
        id: personId,
        /** Of one whom Lilypad does not know yet, and is to. */
        name: displayName.optional(),
        avatarUrl,
      }),
    )
    .max(limits.MEMBER_IDS)
    .default([]),
});
export type PutThread = z.infer<typeof putThread>;

/** What is absent stays, `null` removes. A picture that cannot be shown is none. */
export const putUser = z.object({
  name: displayName,
  avatarUrl: putAvatarUrl.optional(),
  data: userData.nullish(),
});
export type PutUser = z.infer<typeof putUser>;
/** Whom the host's server may make known: not guests, nor itself. */
export const putUserId = personId.refine(
  (id) => !looksLikeGuest(id),
  `begins like ${GUEST_PREFIX}, which is for guests`,
);
/** From before which time, in seconds since the epoch, a user's tokens and cookies are revoked. */
export const revokeUser = z.object({ before: z.number().min(0).optional() });
/** What is absent stays, and `null` removes. */
export const patchThread = z.object({
  name: threadName.nullish(),
  ...threadSettings.partial().shape,
});
export type PatchThread = z.infer<typeof patchThread>;
/** `timeoutUntil`: until when a member may not write; `null` ends it. */
export const putMember = z.object({ role: role.optional(), timeoutUntil: time.nullish() });
export type PutMember = z.infer<typeof putMember>;
export const postMessage = z.object({
  id: commandId.optional(),
  body: messageBody,
  data: messageData.nullish(),
  replyTo: seq.optional(),
  since: rev.optional(),
});
export type PostMessage = z.infer<typeof postMessage>;
export const patchMessage = z.object({ body: messageBody });
export const putRead = z.object({ seq: readSeq });

/** `cursor` and `limit` of a list of members or threads. */
export const pageQuery = z.object({ cursor: pageCursor, limit: pageLimit });
export type PageQuery = z.infer<typeof pageQuery>;

export const messagesQuery = z
  .object({
    before: digits.optional(),
    after: digits.optional(),
    around: digits.optional(),
    limit: pageLimit,
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((bound) => bound !== undefined).length <= 1,
    "takes one of before, after and around",
  );
export type MessagesQuery = z.infer<typeof messagesQuery>;

const shardCount = z.int().min(1).max(limits.PRESENCE_SHARDS_MOST);
/** An administrator's: move some users of a shard from where `before` shards put them to where `after` shards do. */
export const moveUsers = z.object({
  shard: z.int().min(0),
  before: shardCount,
  after: shardCount,
});
/** How many have moved, and whether all of that shard have who are to. */
export const movedUsers = z.object({ moved: z.int().min(0), done: z.boolean() });
export type MovedUsers = z.infer<typeof movedUsers>;

export const seqParam = digits.pipe(seq);
export const userSearchQuery = z.object({
  q: z
    .string()
    .trim()
    .pipe(
      characters(1, limits.USER_SEARCH_MAX).refine(
        isSearchable,
        `has fewer than ${limits.USER_SEARCH_MIN} characters`,
      ),
    ),
});
export const presenceQuery = z.object({
  ids: z
    .string()
    .transform((ids) => [...new Set(ids.split(","))])
    .pipe(z.array(userId).max(limits.PRESENCE_IDS))
    // Two spellings of an id are one.
    .transform((ids) => [...new Set(ids)]),
});

export const session = z.object({ user, expiresAt: time });
export type Session = z.infer<typeof session>;
/** How a person can sign in on the page: as a guest, and at `signInUrl`, a page of the host application. */
export const signInOptions = z.object({ guests: z.boolean(), signInUrl: z.string().optional() });
export type SignInOptions = z.infer<typeof signInOptions>;
export const messagePage = z.object({
  messages: z.array(message),
  hasBefore: z.boolean(),
  hasAfter: z.boolean(),
});
export type MessagePage = z.infer<typeof messagePage>;
/** Here users come with what the host keeps with them, if it does. */
export const memberPage = z.object({
  members: z.array(member.extend({ user: user.extend({ data: userData.optional() }) })),
  nextCursor: z.string().optional(),
});
export type MemberPage = z.infer<typeof memberPage>;
/** That somebody was not added but invited. */
export const invitedState = z.object({ state: z.literal("invited") });
export type InvitedState = z.infer<typeof invitedState>;
/** The pending invitations into a thread, newest first. */
export const invitationList = z.object({
  invitations: z.array(z.object({ user, by: user, at: time })),
});
export type InvitationList = z.infer<typeof invitationList>;
export const threadPage = z.object({
  threads: z.array(threadSummary),
  nextCursor: z.string().optional(),
});
export type ThreadPage = z.infer<typeof threadPage>;
/** Whom one blocks, since when, newest first. */
export const blockPage = z.object({
  blocks: z.array(z.object({ user, at: time })),
  nextCursor: z.string().optional(),
});
export type BlockPage = z.infer<typeof blockPage>;
export const readState = z.object({ readSeq, unread: z.int().min(0) });
export type ReadState = z.infer<typeof readState>;
/** What the host's server sees of a user. */
export const hostUser = user.extend({
  data: userData.optional(),
  createdAt: time,
  threadCount: z.int().min(0),
});
export type HostUser = z.infer<typeof hostUser>;
/** A user, as a user sees them or as the host does. */
export const shownUser = z.union([hostUser, user]);
export const userPage = z.object({ users: z.array(user) });
export const presencePage = z.object({ presence: z.array(userPresence) });
/** That Lilypad is here. `originAllowed` answers a request that names its `Origin`. */
export const health = z.object({
  ok: z.literal(true),
  version: z.string(),
  originAllowed: z.boolean().optional(),
});
/** What every refused request is answered with (RFC 9457). */
export const problemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: errorCode,
  issues: z.array(issue).optional(),
  /** When the same may be allowed, in milliseconds from now, where that is known. */
  retryAfterMs: z.int().optional(),
});
