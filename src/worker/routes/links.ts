/** Invitation links: made and revoked by moderators, redeemed by whoever has the code. */
import { z } from "zod";
import { LilypadError, noSuchLink } from "../../protocol/errors.ts";
import { linkNo, postLink, type NewLink } from "../../protocol/links.ts";
import { parse } from "../../protocol/parse.ts";
import { callForValue } from "../../rpc/call.ts";
import { threadStub } from "../../rpc/thread.ts";
import { json, noContent } from "../responses.ts";
import type { RoutedRequest, ApiRouter } from "../router.ts";
import { inThread } from "../in-thread.ts";
import { newLinkCode, readLinkCode } from "../link-code.ts";
import { bodyOrNothing } from "../request-body.ts";
import { signedInUser } from "../signed-in.ts";

const LINKS = "/api/threads/:threadId/links";

export function linkRoutes(api: ApiRouter): void {
  api.post(
    LINKS,
    inThread(async ({ request, threadId, run }) => {
      const asked = await bodyOrNothing(request, postLink);
      const { code, hash } = await newLinkCode(threadId);
      const link = await run({ type: "create_link", hash, ...asked });
      return json({ ...link, code } satisfies NewLink, 201);
    }),
  );

  api.get(
    LINKS,
    inThread(async ({ user, thread }) =>
      json(await callForValue(thread, (object) => object.query(user, { type: "links" }))),
    ),
  );

  api.delete(
    `${LINKS}/:no`,
    inThread(async ({ request, run }) => {
      const { no } = parse(z.object({ no: linkNo }), { no: request.params["no"] });
      await run({ type: "revoke_link", no });
      return noContent();
    }),
  );

  api.post("/api/links/:code", async (request, env) => {
    const { user, namedAt, byServer } = await signedInUser(request, env);
    const { id, hash } = await linkIn(request, env);
    try {
      const thread = await callForValue(
        () => threadStub(env, id),
        (object) => object.run(user, { type: "redeem_link", hash }, namedAt, byServer ? "server" : undefined),
      );
      return json(thread);
    } catch (error) {
      // A thread that is gone answers as a link that never was.
      if (error instanceof LilypadError && error.code === "not_found") throw noSuchLink();
      throw error;
    }
  });
}

/** The thread's object and the secret's hash. Throws `not_found` before any object starts where the code can be none. */
async function linkIn({ params }: RoutedRequest, env: Env): Promise<{ id: DurableObjectId; hash: string }> {
  const { threadId, hash } = await readLinkCode(params["code"] ?? "");
  try {
    return { id: env.CHAT_THREAD.idFromString(threadId), hash };
  } catch {
    throw noSuchLink();
  }
}
