/** `/api/threads/:threadId/members`: who belongs. */
import { configOf } from "../../config/config.ts";
import { saysWhoIsUnknown } from "../../config/unknown-users.ts";
import { LilypadError } from "../../protocol/errors.ts";
import type { Member } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { callForValue, callObject } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { pageQuery, putMember, type MemberPage } from "../../protocol/http.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread, removeFromList } from "../in-thread.ts";
import { contactsOf, profilesOf, userDataOf } from "../known-users.ts";
import { query, userIdOf } from "../parameters.ts";
import { bodyOrNothing } from "../request-body.ts";

const MEMBERS = "/api/threads/:threadId/members";

export function memberRoutes(api: ApiRouter): void {
  api.get(
    MEMBERS,
    inThread(async ({ request, env, user, thread }) => {
      const page = query(request, pageQuery);
      const found = await callForValue(thread, (object) => object.members(user, page));
      return json({ ...found, members: await withData(env, found.members) });
    }),
  );

  api.put(
    `${MEMBERS}/:userId`,
    inThread(async ({ request, run, env, user }) => {
      const userId = userIdOf(request);
      const put = await bodyOrNothing(request, putMember);
      // Looked up here, judged there: the thread decides the caller's right before it discloses anything of the user.
      const contacts = await contactsOf(env, user.id, isHost(user) ? [] : [userId]);
      const isContact = contacts.includes(userId);
      const isRead = isContact || isHost(user) || userId === user.id || saysWhoIsUnknown(configOf(env));
      const [profile = null] = isRead ? await profilesOf(env, [userId]) : [];
      const done = await run({ type: "put_member", userId, profile, isContact, ...put });
      return json(done, "state" in done ? 202 : 200);
    }),
  );

  api.delete(
    `${MEMBERS}/:userId`,
    inThread(async ({ request, env, user, threadId, run }) => {
      const userId = userIdOf(request);
      try {
        const removed = await run({ type: "remove_member", userId });
        if (removed) await hide(env, userId, threadId, removed.hiddenUpTo);
      } catch (error) {
        const isNotFound = error instanceof LilypadError && error.code === "not_found";
        // Leaving a thread that is gone, or that one is not in, succeeds where it was still on one's list.
        const isOwn = isNotFound && userId === user.id;
        if (!isOwn || !(await removeFromList(env, userId, threadId, "members"))) throw error;
      }
      return noContent();
    }),
  );
}

function hide(env: Env, userId: string, threadId: string, upTo: number): Promise<void> {
  return callObject(
    () => presenceStubOf(env, userId),
    (presence) => presence.hideThread(userId, threadId, upTo),
  );
}

/** Members with what the host keeps with their users: one call to each shard concerned, where there is a host's server. */
async function withData(env: Env, members: Member[]): Promise<MemberPage["members"]> {
  if (!configOf(env).serverSecret) return members;
  const data = await userDataOf(
    env,
    members.map(({ user }) => user.id),
  );
  return members.map((member) => {
    const kept = data.get(member.user.id);
    return kept ? { ...member, user: { ...member.user, data: kept } } : member;
  });
}
