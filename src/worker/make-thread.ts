/** Making threads for users, whichever route they ask by, and direct ones for pairs whom the host names. */
import { configOf } from "../config/config.ts";
import { saysWhoIsUnknown } from "../config/unknown-users.ts";
import { LilypadError, unknownUser } from "../protocol/errors.ts";
import { createDirectThread, type CreateThread } from "../protocol/http.ts";
import type { Thread } from "../protocol/model.ts";
import { callForValue, callObject } from "../rpc/call.ts";
import type { Result } from "../rpc/result.ts";
import { presenceStubOf } from "../rpc/shards.ts";
import { directThreadId, threadStub } from "../rpc/thread.ts";
import { contactsOf, profilesFor, profilesOf } from "./known-users.ts";
import { body } from "./request-body.ts";
import { countNewThread } from "./request-limits.ts";
import type { SignedIn } from "./signed-in.ts";

/** Makes a thread; `created` is false for a direct one of a pair that has it. Counted among the user's new threads. */
export async function makeThread(
  env: Env,
  { user, byServer }: SignedIn,
  asked: CreateThread,
): Promise<{ thread: Thread; created: boolean }> {
  const otherIds = [...new Set(asked.memberIds)].filter((id) => id !== user.id);
  if (asked.kind === "direct" && otherIds.length === 0) {
    throw new LilypadError("bad_request", "memberIds: a direct thread is with somebody else");
  }
  const id =
    asked.kind === "direct"
      ? directThreadId(env, user.id, otherIds[0] ?? user.id)
      : env.CHAT_THREAD.newUniqueId();
  if (asked.kind === "direct") {
    // Taking up a chat that exists makes no new thread, however often.
    const existing = await callObject(
      () => threadStub(env, id),
      (object): Promise<Result<Thread>> => object.view(user),
    );
    if (existing.ok) return { thread: existing.value, created: false };
  }
  if (!byServer) await countNewThread(env, user.id);
  const directWith = asked.kind === "direct" ? otherIds[0] : undefined;
  if (!byServer || directWith !== undefined)
    await callForValue(
      () => presenceStubOf(env, user.id),
      (presence) => presence.admitThread(user.id, directWith, byServer ? "server" : undefined),
    );
  // Looked up here, judged there.
  const isNamed = asked.kind === "direct" || configOf(env).contactPolicy === "consent";
  const isUnknownSaid = saysWhoIsUnknown(configOf(env));
  const [known, contacts, named] = await Promise.all([
    isUnknownSaid ? profilesOf(env, otherIds) : [],
    contactsOf(env, user.id, otherIds),
    isNamed && configOf(env).userSearch !== "all" ? profilesFor(env, user.id, otherIds) : [],
  ]);
  const others = isUnknownSaid ? known : named;
  const name = asked.kind === "direct" ? null : (asked.name ?? null);
  return callForValue(
    () => threadStub(env, id),
    (object) =>
      object.create(user, { kind: asked.kind, name }, others, {
        ids: otherIds,
        contacts,
        named: named.map((one) => one.id),
      }),
  );
}

/** The direct thread of two users, whom nobody asks: where `CONTACT_POLICY` is `host`, the host alone makes them. */
export async function makeDirectThread(
  env: Env,
  { user }: SignedIn,
  request: Request,
): Promise<{ thread: Thread; created: boolean }> {
  if (configOf(env).contactPolicy !== "host")
    throw new LilypadError("forbidden", "Only a user can do that: name one as the token's sub.");
  const { memberIds: pair } = await body(request, createDirectThread);
  const [one, other] = pair;
  if (one === undefined || other === undefined || one === other)
    throw new LilypadError("bad_request", "memberIds: a direct thread has two different members");
  const members = await profilesOf(env, pair);
  const unknown = pair.filter((id) => !members.some((member) => member.id === id));
  if (unknown.length > 0) throw unknownUser(...unknown);
  return callForValue(
    () => threadStub(env, directThreadId(env, one, other)),
    (object) => object.create(user, { kind: "direct", name: null }, members),
  );
}
