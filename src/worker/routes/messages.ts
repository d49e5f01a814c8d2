/** `/api/threads/:threadId/messages` and `/read`: history, and the commands on messages. */
import { messagesQuery, patchMessage, postMessage, putRead } from "../../protocol/http.ts";
import { callForValue } from "../../rpc/call.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread } from "../in-thread.ts";
import { emojiOf, query, seqOf } from "../parameters.ts";
import { body } from "../request-body.ts";
import { signedInUser } from "../signed-in.ts";

const MESSAGES = "/api/threads/:threadId/messages";

/** The id that a command needs. For `chat` it also keeps a retried call from storing the message twice. */
const newId = () => crypto.randomUUID();

export function messageRoutes(api: ApiRouter): void {
  api.get(
    MESSAGES,
    inThread(async ({ request, user, thread }) => {
      const page = query(request, messagesQuery);
      return json(await callForValue(thread, (object) => object.messages(user, page)));
    }),
  );

  api.post(
    MESSAGES,
    inThread(async ({ request, run }) => {
      const { id = newId(), ...posted } = await body(request, postMessage);
      const { message, repeat } = await run({ type: "chat", id, ...posted });
      return json(message, repeat ? 200 : 201);
    }),
  );

  api.patch(
    `${MESSAGES}/:seq`,
    inThread(async ({ request, run }) => {
      const seq = seqOf(request);
      return json(await run({ type: "edit", id: newId(), seq, ...(await body(request, patchMessage)) }));
    }),
  );

  api.delete(
    `${MESSAGES}/:seq`,
    inThread(async ({ request, run }) => {
      await run({ type: "delete", id: newId(), seq: seqOf(request) });
      return noContent();
    }),
  );

  api.put(
    `${MESSAGES}/:seq/reactions/:emoji`,
    inThread(async ({ request, run }) => {
      await run({ type: "react", id: newId(), seq: seqOf(request), emoji: emojiOf(request) });
      return noContent();
    }, signedInUser),
  );

  api.delete(
    `${MESSAGES}/:seq/reactions/:emoji`,
    inThread(async ({ request, run }) => {
      await run({ type: "unreact", id: newId(), seq: seqOf(request), emoji: emojiOf(request) });
      return noContent();
    }, signedInUser),
  );

  api.put(
    "/api/threads/:threadId/read",
    inThread(async ({ request, user, by, thread }) => {
      const { seq } = await body(request, putRead);
      return json(await callForValue(thread, (object) => object.read(user, seq, by)));
    }, signedInUser),
  );
}
