/** Which thread a client means by a name. */
import { LilypadError } from "../protocol/errors.ts";
import { KEY_PREFIX } from "../protocol/key-prefix.ts";
import { threadKey } from "../protocol/fields.ts";
import { numberIn, prefixOf, type RoomName } from "../protocol/socketio/room-names.ts";
import { callObject } from "./call.ts";
import { presenceStubOf } from "./shards.ts";
import { idOfKey } from "./thread.ts";

/** The id of the thread that a user calls so. `not_found` for what names none, or by its number more than one of theirs. */
export async function threadNamed(env: Env, userId: string, name: RoomName): Promise<string> {
  const number = numberIn(name);
  if (number === undefined) return threadWithId(env, String(name));
  const prefix = prefixOf(number);
  if (prefix === undefined) throw noSuchThread();
  const found = await callObject(
    () => presenceStubOf(env, userId),
    (presence): Promise<string[]> => presence.threadsBeginning(userId, prefix),
  );
  const [threadId, other] = found;
  if (threadId === undefined || other !== undefined) throw noSuchThread();
  return threadId;
}

function threadWithId(env: Env, text: string): string {
  try {
    if (/^[0-9a-f]{64}$/.test(text)) return env.CHAT_THREAD.idFromString(text).toString();
    if (text.startsWith(KEY_PREFIX))
      return idOfKey(env, threadKey.parse(text.slice(KEY_PREFIX.length))).toString();
  } catch {
    // Of another namespace, made up, or no key.
  }
  throw noSuchThread();
}

function noSuchThread(): LilypadError {
  return new LilypadError("not_found", "There is no such thread.");
}
