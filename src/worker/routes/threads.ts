/** `/api/threads` and `/api/threads/:threadId`: making, listing, seeing, renaming and deleting threads. */
import type { Result } from "../../rpc/result.ts";
import { callForValue, callObject } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { otherKind } from "../../protocol/errors.ts";
import { createThread, pageQuery, patchThread, putThread } from "../../protocol/http.ts";
import type { Thread } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { idOfKey, threadStub } from "../../rpc/thread.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread } from "../in-thread.ts";
import { peopleNamed } from "../known-users.ts";
import { makeDirectThread, makeThread } from "../make-thread.ts";
import { query, threadKeyOf } from "../parameters.ts";
import { body, bodyOrNothing } from "../request-body.ts";
import { signedIn, signedInHost, signedInUser } from "../signed-in.ts";

export function threadRoutes(api: ApiRouter): void {
  api.post("/api/threads", async (request, env) => {
    const who = await signedIn(request, env);
    const { thread, created } = isHost(who.user)
      ? await makeDirectThread(env, who, request)
      : await makeThread(env, who, await body(request, createThread));
    return json(thread, created ? 201 : 200);
  });

  api.get("/api/threads", async (request, env) => {
    const { user } = await signedInUser(request, env);
    const page = query(request, pageQuery);
    return json(
      await callForValue(
        () => presenceStubOf(env, user.id),
        (presence) => presence.threads(user.id, page),
      ),
    );
  });

  api.get(
    "/api/threads/:threadId",
    inThread(async ({ user, thread }) => {
      return json(await callForValue(thread, (object) => object.view(user)));
    }),
  );

  api.put("/api/threads/:threadId", async (request, env) => {
    const { user } = await signedInHost(request, env);
    const key = threadKeyOf(request);
    const asked = await body(request, putThread);
    const id = idOfKey(env, key);
    const members = await peopleNamed(env, asked.members, async () => {
      const existing = await callObject(
        () => threadStub(env, id),
        (object): Promise<Result<Thread>> => object.view(user),
      );
      if (existing.ok && existing.value.kind !== asked.kind) throw otherKind(existing.value.kind);
    });
    const { thread, created } = await callForValue(
      () => threadStub(env, id),
      (object) => object.put(user, key, { ...asked, members }),
    );
    return json(thread, created ? 201 : 200);
  });

  api.patch(
    "/api/threads/:threadId",
    inThread(async ({ request, run }) => {
      return json(await run({ type: "rename", ...(await bodyOrNothing(request, patchThread)) }));
    }),
  );

  api.delete(
    "/api/threads/:threadId",
    inThread(async ({ user, thread }) => {
      await callForValue(thread, (object) => object.deleteThread(user));
      return noContent();
    }),
  );
}
