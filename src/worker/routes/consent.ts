/** Invitations: who is asked decides. */
import { LilypadError } from "../../protocol/errors.ts";
import type { InvitationList } from "../../protocol/http.ts";
import type { User } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { callForValue } from "../../rpc/call.ts";
import type { PendingInvitation } from "../../rpc/thread.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread, removeFromList } from "../in-thread.ts";
import { profilesFor, profilesOf } from "../known-users.ts";
import { signedInUser } from "../signed-in.ts";

const THREAD = "/api/threads/:threadId";

export function consentRoutes(api: ApiRouter): void {
  api.post(
    `${THREAD}/accept`,
    inThread(async ({ env, user, threadId, run }) => {
      try {
        return json(await run({ type: "accept" }));
      } catch (error) {
        // One that was withdrawn meanwhile is not to stay on the list.
        if (isNotFound(error)) await removeFromList(env, user.id, threadId);
        throw error;
      }
    }, signedInUser),
  );

  api.post(
    `${THREAD}/decline`,
    inThread(async ({ env, user, threadId, run }) => {
      try {
        await run({ type: "decline" });
      } catch (error) {
        if (!isNotFound(error) || !(await removeFromList(env, user.id, threadId))) throw error;
      }
      return noContent();
    }, signedInUser),
  );

  api.get(
    `${THREAD}/invitations`,
    inThread(async ({ env, user, thread }) => {
      const pending = await callForValue(thread, (object) => object.query(user, { type: "invitations" }));
      return json({ invitations: await withProfiles(env, user, pending) } satisfies InvitationList);
    }),
  );
}

function isNotFound(error: unknown): boolean {
  return error instanceof LilypadError && error.code === "not_found";
}

/** Invitations with the profiles that the caller may see. */
async function withProfiles(
  env: Env,
  caller: User,
  pending: readonly PendingInvitation[],
): Promise<InvitationList["invitations"]> {
  const ids = [...new Set(pending.map(({ userId }) => userId))];
  const shown = isHost(caller) ? await profilesOf(env, ids) : await profilesFor(env, caller.id, ids);
  const profiles = new Map(shown.map((user) => [user.id, user]));
  return pending.map(({ userId, by, at }) => ({
    user: profiles.get(userId) ?? { id: userId, name: userId },
    by,
    at,
  }));
}
