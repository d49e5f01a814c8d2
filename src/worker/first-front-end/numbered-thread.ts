/** What a path of the first front end names: a thread of the caller's own by its number, a message by its id. */
import { ReactionNames } from "../../config/reaction-names.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { chatNumber } from "../../protocol/first-front-end.ts";
import { PAGE_DEFAULT } from "../../protocol/limits.ts";
import type { Message, Thread } from "../../protocol/model.ts";
import { messageNamed } from "../../protocol/socketio/room-names.ts";
import { callForValue } from "../../rpc/call.ts";
import { threadNamed } from "../../rpc/thread-lookup.ts";
import type { RoutedRequest } from "../router.ts";
import { inThatThread, type ThreadRequest } from "../in-thread.ts";
import { signedInUser } from "../signed-in.ts";
import type { Reader } from "./shapes.ts";

/** A request to a thread of the caller's. */
export interface NumberedThreadRequest extends ThreadRequest {
  reader: Reader;
}

/** A route to a thread, by its number. */
export function inNumberedThread(handle: (asked: NumberedThreadRequest) => Promise<Response>) {
  return routeTo(({ params }) => {
    const number = chatNumber.safeParse(params["number"]);
    if (!number.success) throw new LilypadError("not_found", "There is no such thread.");
    return { number: number.data };
  }, handle);
}

/** A route to a message, by its id. */
export function ofMessage(handle: (asked: NumberedThreadRequest & { seq: number }) => Promise<Response>) {
  return routeTo<{ number: number; seq: number }>(({ params }) => {
    const named = messageNamed(params["messageId"]);
    if (!named) throw noSuchMessage();
    return named;
  }, handle);
}

function routeTo<N extends { number: number }>(
  named: (request: RoutedRequest) => N,
  handle: (asked: NumberedThreadRequest & N) => Promise<Response>,
) {
  return async (request: RoutedRequest, env: Env): Promise<Response> => {
    const who = await signedInUser(request, env, () => named(request));
    const name = named(request);
    const id = env.CHAT_THREAD.idFromString(await threadNamed(env, who.user.id, name.number));
    const reader: Reader = { user: who.user, reactionNames: new ReactionNames(env) };
    return inThatThread({ request, env, who, id }, (asked) => handle({ ...asked, ...name, reader }));
  };
}

type Asked = Pick<NumberedThreadRequest, "thread" | "reader">;

/** The thread, with its newest page of messages. */
export async function wholeThread(asked: Asked): Promise<{ thread: Thread; messages: Message[] }> {
  const [thread, { messages }] = await Promise.all([
    viewed(asked),
    callForValue(asked.thread, (object) => object.messages(asked.reader.user, { limit: PAGE_DEFAULT })),
  ]);
  return { thread, messages };
}

export function viewed({ thread, reader }: Asked): Promise<Thread> {
  return callForValue(thread, (object) => object.view(reader.user));
}

/** The message of this number, or `not_found`. */
export async function storedMessage({ thread, reader }: Asked, seq: number): Promise<Message> {
  const { messages } = await callForValue(thread, (object) =>
    object.messages(reader.user, { around: seq, limit: 1 }),
  );
  const found = messages.find((message) => message.seq === seq);
  if (!found) throw noSuchMessage();
  return found;
}

function noSuchMessage(): LilypadError {
  return new LilypadError("not_found", "There is no such message.");
}
