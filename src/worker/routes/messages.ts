/** `/api/threads/:threadId/messages` and `/read`: history, and everything a socket can do to it. */
import { askObject } from "../../rpc/call.ts";
import { messagesQuery, patchMessage, postMessage, putRead } from "../../protocol/http.ts";
import { json, noContent } from "../answers.ts";
import type { ApiRouter } from "../api.ts";
import { inThread } from "../in-thread.ts";
import { emojiOf, query, seqOf } from "../parameters.ts";
import { body } from "../request-body.ts";

const MESSAGES = "/api/threads/:threadId/messages";

export function messageRoutes(api: ApiRouter): void {
  api.get(
    MESSAGES,
    inThread(async ({ request, user, thread }) => {
      const page = query(request, messagesQuery);
      return json(await askObject(thread, (object) => object.messages(user, page)));
    }),
  );

  api.post(
    MESSAGES,
    inThread(async ({ request, user, thread }) => {
      const asked = await body(request, postMessage);
      // Named here, so that a call that is repeated does not send twice.
      const named = { ...asked, id: asked.id ?? crypto.randomUUID() };
      const { message, repeat } = await askObject(thread, (object) => object.send(user, named));
      return json(message, repeat ? 200 : 201);
    }),
  );

  api.patch(
    `${MESSAGES}/:seq`,
    inThread(async ({ request, user, thread }) => {
      const seq = seqOf(request);
      const { body: text } = await body(request, patchMessage);
      return json(await askObject(thread, (object) => object.edit(user, seq, text)));
    }),
  );

  api.delete(
    `${MESSAGES}/:seq`,
    inThread(async ({ request, user, thread }) => {
      const seq = seqOf(request);
      await askObject(thread, (object) => object.erase(user, seq));
      return noContent();
    }),
  );

  api.put(
    `${MESSAGES}/:seq/reactions/:emoji`,
    inThread(async ({ request, user, thread }) => {
      const [seq, emoji] = [seqOf(request), emojiOf(request)];
      await askObject(thread, (object) => object.react(user, seq, emoji));
      return noContent();
    }),
  );

  api.delete(
    `${MESSAGES}/:seq/reactions/:emoji`,
    inThread(async ({ request, user, thread }) => {
      const [seq, emoji] = [seqOf(request), emojiOf(request)];
      await askObject(thread, (object) => object.unreact(user, seq, emoji));
      return noContent();
    }),
  );

  api.put(
    "/api/threads/:threadId/read",
    inThread(async ({ request, user, thread }) => {
      const { seq } = await body(request, putRead);
      return json(await askObject(thread, (object) => object.read(user, seq)));
    }),
  );
}
