/** Invitations, seen and made, move with their users to other shards. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useSettings } from "../../support/settings.ts";
import { notified } from "../../thread/consent/people.ts";
import {
  ask,
  createGroup,
  deploy,
  moveStep,
  openTab,
  resetAll,
  sendMessage,
  shard,
  signedIn,
  storedIn,
  threadsOf,
} from "../resharding/deployment.ts";

beforeEach(() => deploy({ shards: 8 }));
afterEach(async () => {
  vi.restoreAllMocks();
  await resetAll();
});

const OLD = 3;
const NEW = 11;

it("an invitation and a request are on the list of who moved, and end there", async () => {
  const ada = await signedIn("Ada", { shard: NEW, of: 16 });
  const cy = await signedIn("Cy", { shard: 5, of: 16 });
  const group = await createGroup(cy, ada);
  await ask(ada, "DELETE", `/api/threads/${group}/members/${ada.user.id}`);
  await sendMessage(cy, group, "nobody's business");
  const dan = await signedIn("Dan", { shard: 6, of: 16 });
  await ask(cy, "PUT", `/api/threads/${group}/members/${dan.user.id}`, { role: "moderator" });
  for (const by of [cy, dan]) await ask(by, "PUT", `/api/threads/${group}/members/${ada.user.id}`);
  await notified(group);
  const before = await threadsOf(ada);
  expect(before).toMatchObject([{ id: group, state: "invited", invitedBy: cy.user }]);
  await deploy({ shards: 16, before: 8 });
  expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 1, done: true });
  expect(await threadsOf(ada)).toEqual(before);
  expect(await storedIn(OLD)).not.toContain(ada.user.id);
  expect(await storedIn(OLD)).not.toContain(group);
  const tab = await openTab(ada);
  expect(await tab.next("welcome")).toMatchObject({ threads: [] });
  await ask(ada, "PUT", `/api/blocks/${cy.user.id}`);
  expect(await threadsOf(ada)).toMatchObject([{ id: group, invitedBy: dan.user }]);
  await ask(cy, "DELETE", `/api/threads/${group}/members/${ada.user.id}`);
  expect(await tab.next("thread_removed")).toMatchObject({ threadId: group });
  expect(await threadsOf(ada)).toEqual([]);
});

it("what somebody has pending is counted where they moved to, and ends there", async () => {
  const ada = await signedIn("Ada", { shard: NEW, of: 16 });
  await useSettings({ contactPolicy: "consent", userSearch: "off" });
  const group = await createGroup(ada);
  const put = (id: string) => ask(ada, "PUT", `/api/threads/${group}/members/${id}`);
  for (let i = 0; i < 50; i++) await put(`nobody-${i}`);
  await deploy({ shards: 16, before: 8 });
  await useSettings({ contactPolicy: "consent", userSearch: "off" });
  await moveStep(OLD, 8, 16);
  const left = await runInDurableObject(shard(OLD), (_shard, { storage }) =>
    storage.sql.exec("SELECT * FROM sent_invitations").toArray(),
  );
  expect(left).toEqual([]);
  await expect(put("one-more")).rejects.toThrow("conflict");
  await ask(ada, "DELETE", `/api/threads/${group}/members/nobody-1`);
  await put("one-more");
  await expect(put("another")).rejects.toThrow("conflict");
});
