/** A user id in composed and in decomposed form names one user, wherever an id comes in. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { SESSION_TYPE } from "../../src/auth/session-token.ts";
import type { Thread } from "../../src/protocol/model.ts";
import { bytes, inAnHour } from "../auth/tokens.ts";
import { call, hostToken, newThread, person, signIn, unique, type Person } from "../support/host-users.ts";
import { openPresence } from "../support/socket.ts";

let ada: Person;
let composed: string;
let decomposed: string;

/** Zoé, with a token that spells her id so. */
async function zoeAs(sub: string): Promise<Person> {
  const token = await hostToken({ sub, name: "Zoé" });
  const headers = { authorization: `Bearer ${token}` };
  return {
    user: { id: sub, name: "Zoé" },
    token,
    call: (method, path, body) => call(method, path, body, headers),
  };
}

beforeAll(async () => {
  composed = unique("zo\u00e9");
  decomposed = composed.normalize("NFD");
  ada = await person("Ada");
  await signIn(await zoeAs(decomposed));
});

describe("an id in decomposed form", () => {
  it("in a token is the user of the composed form, with the same threads", async () => {
    const session = await (await zoeAs(decomposed)).call("GET", "/api/session");
    expect(await session.json()).toMatchObject({ user: { id: composed } });
    const thread = await newThread(await zoeAs(composed), "group", [], "Pond");
    const response = await (await zoeAs(decomposed)).call("GET", "/api/threads");
    const { threads } = await response.json<{ threads: { id: string }[] }>();
    expect(threads.map(({ id }) => id)).toContain(thread.id);
  });

  it("in a cookie made before ids were composed is the user of the composed form", async () => {
    const cookie = await new SignJWT({ sub: decomposed, name: "Zoé", exp: inAnHour() })
      .setProtectedHeader({ alg: "HS256", typ: SESSION_TYPE })
      .sign(bytes(env.SESSION_SECRET ?? ""));
    const response = await call("GET", "/api/session", undefined, { cookie: `__Host-session=${cookie}` });
    expect(await response.json()).toMatchObject({ user: { id: composed } });
  });

  it("in `memberIds` names the same direct thread", async () => {
    const make = async (id: string) =>
      (await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [id] })).json<Thread>();
    const [first, second] = [await make(composed), await make(decomposed)];
    expect(second.id).toBe(first.id);
    expect(second.members.map(({ user }) => user.id).toSorted()).toEqual([ada.user.id, composed].toSorted());
  });

  it("in a path finds, adds and removes the same user", async () => {
    const path = encodeURIComponent(decomposed);
    expect(await (await ada.call("GET", `/api/users/${path}`)).json()).toMatchObject({ id: composed });
    const { id } = await newThread(ada, "group");
    const added = await ada.call("PUT", `/api/threads/${id}/members/${path}`, {});
    expect(await added.json()).toMatchObject({ user: { id: composed } });
    expect((await ada.call("DELETE", `/api/threads/${id}/members/${path}`)).status).toBe(204);
    const { memberCount } = await (await ada.call("GET", `/api/threads/${id}`)).json<Thread>();
    expect(memberCount).toBe(1);
  });

  it("beside the composed form in `ids` is listed once", async () => {
    await newThread(ada, "group", [await zoeAs(composed)]);
    const ids = encodeURIComponent([composed, decomposed].join());
    const response = await ada.call("GET", `/api/presence?ids=${ids}`);
    expect(await response.json()).toEqual({ presence: [{ userId: composed, status: "offline" }] });
  });

  it("in `watch` subscribes to the same user", async () => {
    await newThread(ada, "group", [await zoeAs(composed)]);
    const tab = await openPresence(ada);
    tab.send({ type: "watch", userIds: [decomposed] });
    expect(await tab.next("presence")).toMatchObject({ userId: composed });
  });
});
