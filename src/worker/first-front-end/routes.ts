/**
 * `/api/chat_threads` and `/api/chat_reactions`: what the front end of a Reddit clone, the first that came to Lilypad, asks
 * beside Socket.IO. A translation of what the other routes do, in its names and shapes (docs/socketio.md).
 */
import { ReactionNames } from "../../config/reaction-names.ts";
import { chatReactionName, sendChatMessage, startChat } from "../../protocol/first-front-end.ts";
import { messageIdOf } from "../../protocol/socketio/room-names.ts";
import { callForValue } from "../../rpc/call.ts";
import { threadStub } from "../../rpc/thread.ts";
import { json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { makeThread } from "../make-thread.ts";
import { checkOriginOfChangingGet } from "../cors.ts";
import { body } from "../request-body.ts";
import { countChatList } from "../request-limits.ts";
import { signedInUser } from "../signed-in.ts";
import {
  inNumberedThread,
  ofMessage,
  storedMessage,
  viewed,
  wholeThread,
  type NumberedThreadRequest,
} from "./numbered-thread.ts";
import { messageShape, reactionShape, reactionShapes, readUpTo, threadShape } from "./shapes.ts";
import { threadList } from "./thread-list.ts";

const THREADS = "/api/chat_threads";
const MESSAGE = `${THREADS}/messages/:messageId`;
const REACTIONS = "/api/chat_reactions/messages/:messageId";

type MessageRequest = NumberedThreadRequest & { seq: number };

export function firstFrontEndRoutes(api: ApiRouter): void {
  api.get(THREADS, async (request, env) => {
    const { user, byServer } = await signedInUser(request, env);
    if (!byServer) await countChatList(env, user.id);
    return json({ ChatThreads: await threadList(env, user) });
  });

  api.post(THREADS, async (request, env) => {
    const who = await signedInUser(request, env);
    const { receiverId } = await body(request, startChat);
    const made = await makeThread(env, who, { kind: "direct", memberIds: [receiverId] });
    const thread = () => threadStub(env, env.CHAT_THREAD.idFromString(made.thread.id));
    const reader = { user: who.user, reactionNames: new ReactionNames(env) };
    const whole = await wholeThread({ thread, reader });
    return json(threadShape(whole.thread, whole.messages, reader), made.created ? 201 : 200);
  });

  // Before what has a parameter at the place of "messages".
  api.get(MESSAGE, ofMessage(message));

  api.put(
    MESSAGE,
    ofMessage(async (asked) => {
      await asked.run({ type: "delete", id: crypto.randomUUID(), seq: asked.seq });
      return message(asked);
    }),
  );

  const readThread = inNumberedThread(read);
  api.get(`${THREADS}/:number`, (request, env) => {
    checkOriginOfChangingGet(request, env);
    return readThread(request, env);
  });

  api.put(`${THREADS}/:number/read`, readThread);

  api.post(
    `${THREADS}/:number/messages`,
    inNumberedThread(async (asked) => {
      const { content } = await body(asked.request, sendChatMessage);
      const sent = await asked.run({ type: "chat", id: crypto.randomUUID(), body: content });
      return json(messageShape(sent.message, await viewed(asked), asked.reader), 201);
    }),
  );

  api.get(
    REACTIONS,
    ofMessage(async (asked) => {
      const stored = await storedMessage(asked, asked.seq);
      return json({ reactions: reactionShapes(stored, asked.threadId, asked.reader) });
    }),
  );

  api.post(
    REACTIONS,
    ofMessage(async (asked) => json(await react("react", asked), 201)),
  );

  api.delete(
    REACTIONS,
    ofMessage(async (asked) => json(await react("unreact", asked))),
  );
}

async function message(asked: MessageRequest): Promise<Response> {
  const [stored, thread] = await Promise.all([storedMessage(asked, asked.seq), viewed(asked)]);
  return json(messageShape(stored, thread, asked.reader));
}

/** The thread, all of which its reader has then read. */
async function read(asked: NumberedThreadRequest): Promise<Response> {
  const { thread, messages } = await wholeThread(asked);
  const { user, by, reader } = asked;
  const newest = Math.max(thread.seq, messages.at(-1)?.seq ?? 0);
  if (thread.you && thread.you.readSeq < newest)
    await callForValue(asked.thread, (object) => object.read(user, newest, by));
  return json(threadShape(readUpTo(newest, thread, user.id), messages, reader));
}

async function react(type: "react" | "unreact", asked: MessageRequest) {
  const { request, reader, seq, threadId, user, run } = asked;
  const { reaction } = await body(request, chatReactionName);
  const emoji = reader.reactionNames.emojiOf(reaction);
  await run({ type, id: crypto.randomUUID(), seq, emoji });
  return reactionShape(messageIdOf(threadId, seq), user.id, emoji, reader);
}
