/** Where not everybody may be found, whoever is no contact nor fellow member is shown by their id alone. */
import { beforeEach, expect, it } from "vitest";
import type { InvitationList } from "../../../src/protocol/http.ts";
import type { BanPage } from "../../../src/protocol/moderation.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { host } from "../../support/host-server.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { useSettings } from "../../support/settings.ts";
import { openThread } from "../../support/socket.ts";
import { accept, entryOf, notifyNow, put, write } from "./people.ts";

beforeEach(() => useSettings({ userSearch: "shared" }));

const byId = ({ user: { id } }: Person) => ({ id, name: id });

it("a direct thread names them once they write, whatever the host names them meanwhile", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const thread = await newThread(ada, "direct", [bob]);
  expect(thread.members.map(({ user }) => user)).toEqual([ada.user, byId(bob)]);
  const socket = await openThread(ada, thread.id);
  await socket.next("welcome");
  expect((await host("PUT", `/api/users/${bob.user.id}`, { name: "Robert" })).status).toBe(200);
  await accept(ada, thread.id);
  expect((await entryOf(ada, thread.id))?.members).toEqual([ada.user, byId(bob)]);
  expect(await write(bob, thread.id)).toBe(201);
  const robert = { id: bob.user.id, name: expect.stringMatching(/^(Bob|Robert)$/) as string };
  expect(await socket.next("member")).toMatchObject({ rev: 1, member: { user: robert } });
  expect(await socket.next("chat")).toMatchObject({ rev: 2, message: { author: robert } });
  await notifyNow(thread.id);
  await expect.poll(() => entryOf(ada, thread.id)).toMatchObject({ members: [ada.user, { name: "Robert" }] });
});

it("a request, invitations and bans name fellow members, of a public thread too, and nobody else", async () => {
  const [ada, bob, cy] = [await person("Ada"), await person("Bob"), await person("Cy")];
  await newThread(ada, "public", [bob]);
  await useSettings({ contactPolicy: "consent" });
  const shown = async (other: Person) => (await newThread(ada, "direct", [other])).members[1]?.user;
  expect([await shown(bob), await shown(cy)]).toEqual([bob.user, byId(cy)]);
  const { id } = await newThread(ada, "group", []);
  for (const { user } of [bob, cy]) await put(ada, id, user);
  const list = async <T>(what: string) =>
    (await (await ada.call("GET", `/api/threads/${id}/${what}`)).json()) as T;
  const { invitations } = await list<InvitationList>("invitations");
  expect(new Set(invitations.map(({ user }) => user))).toEqual(new Set([bob.user, byId(cy)]));
  await ada.call("PUT", `/api/threads/${id}/bans/${cy.user.id}`, {});
  expect(await list<BanPage>("bans")).toMatchObject({ bans: [{ user: byId(cy), by: ada.user }] });
});

it("a group names its members, whom whoever adds them knows by that", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { members }: Thread = await newThread(ada, "group", [bob]);
  expect(members.map(({ user }) => user)).toEqual([ada.user, bob.user]);
});
