/** The seam that tests use between objects (calls.ts). */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { presenceStubOf } from "../../src/rpc/shards.ts";
import { answerHeldAt, answerLost, heldAt, interceptCalls, lost } from "./calls.ts";
import { gate } from "./gate.ts";
import { unique } from "./host-users.ts";
import { shardStub } from "./objects.ts";

describe("a call that a test intercepts", () => {
  let ada = { id: "", name: "Ada" };
  beforeEach(() => {
    ada = { id: unique("ada"), name: "Ada" };
  });
  const shard = () => presenceStubOf(env, ada.id);
  const signIn = () => shard().signIn(ada);
  const known = () => shard().profiles([ada.id]);

  it("is observed with its object, its arguments and its outcome", async () => {
    const calls = interceptCalls("PRESENCE", "signIn");
    expect(await signIn()).toEqual(ada);
    expect(calls.made).toEqual([{ id: shardStub(ada.id).id, args: [ada], outcome: "answered" }]);
    expect(await known()).toEqual([ada]);
  });

  it("is lost before its object has it, or has its answer lost", async () => {
    const calls = interceptCalls("PRESENCE", "signIn", lost);
    await expect(signIn()).rejects.toThrow("expected: lost");
    expect(await known()).toEqual([]);
    calls.stop();
    interceptCalls("PRESENCE", "signIn", answerLost);
    await expect(signIn()).rejects.toThrow("expected: the answer was lost");
    expect(calls.made).toMatchObject([{ outcome: "failed" }]);
    expect(await known()).toEqual([ada]);
  });

  it("is held before its object has it, or before its caller has the answer", async () => {
    const [sending, answering] = [gate(), gate()];
    interceptCalls("PRESENCE", "signIn", heldAt(sending));
    const calls = interceptCalls("PRESENCE", "signIn", answerHeldAt(answering));
    const signedIn = signIn();
    await sending.reached();
    expect(await known()).toEqual([]);
    sending.open();
    await answering.reached();
    expect(await known()).toEqual([ada]);
    expect(calls.made).toMatchObject([{ outcome: "pending" }]);
    answering.open();
    expect(await signedIn).toEqual(ada);
  });

  it("comes from within an object too", async () => {
    const calls = interceptCalls("PRESENCE", "signIn", lost);
    await runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), async (object) => {
      const theirs = (object as unknown as { env: Env }).env;
      await expect(presenceStubOf(theirs, ada.id).signIn(ada)).rejects.toThrow("expected: lost");
    });
    expect(calls.made).toHaveLength(1);
  });

  it("is an upgrade, and not how a test reaches into an object", async () => {
    const calls = interceptCalls("PRESENCE", "fetch", async () => new Response("held"));
    const answer = await shard().fetch(new Request("https://lilypad.test/"));
    expect(await answer.text()).toBe("held");
    expect(await runInDurableObject(shardStub(ada.id), () => 1)).toBe(1);
    expect(calls.made).toHaveLength(1);
  });

  it.each(["first", "next"])("leaves no trace for the test after it: %s", async () => {
    expect(Object.keys(env.PRESENCE)).toEqual([]);
    const calls = interceptCalls("PRESENCE", "signIn", lost);
    const stub = shard();
    await expect(stub.signIn(ada)).rejects.toThrow("expected: lost");
    calls.stop();
    expect(await stub.signIn(ada)).toEqual(ada);
    interceptCalls("PRESENCE", "signIn", lost);
  });
});
