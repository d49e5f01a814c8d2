/** A group without a name has a title made of its members in the list as in the room: live as in a fresh load. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ThreadPage } from "../../src/protocol/http.ts";
import type { ThreadSummary } from "../../src/protocol/model.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, person, renamed, signIn, type Person } from "../support/host-users.ts";
import { openPresence } from "../support/socket.ts";

let ada: Person;
let bob: Person;
let cleo: Person;

beforeEach(async () => {
  [ada, bob, cleo] = [await person("Ada"), await person("Bob"), await person("Cleo")];
});

async function listed(who: Person, threadId: string): Promise<ThreadSummary | undefined> {
  const { threads } = await (await who.call("GET", "/api/threads")).json<ThreadPage>();
  return threads.find(({ id }) => id === threadId);
}

/** Whom Bob's list names, and whether an open tab was sent the same list entry that a fresh load has. */
async function shown(tab: Awaited<ReturnType<typeof openPresence>>, id: string) {
  const fresh = await listed(bob, id);
  const events = tab.events.flatMap((event) => (event.type === "thread" ? [event.thread] : []));
  const live = events.findLast((thread) => thread.id === id);
  return {
    names: fresh?.members?.map(({ name }) => name),
    count: fresh?.memberCount,
    isLiveToo: JSON.stringify(live) === JSON.stringify(fresh),
  };
}

describe("a group without a name", () => {
  it("names its first members and how many there are, as they join, leave and are renamed", async () => {
    const tab = await openPresence(bob);
    const { id } = await newThread(ada, "group", [bob]);
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: ["Ada", "Bob"], count: 2, isLiveToo: true }),
    );
    await ada.call("PUT", `/api/threads/${id}/members/${cleo.user.id}`, {});
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: ["Ada", "Bob", "Cleo"], count: 3, isLiveToo: true }),
    );
    await signIn(await renamed(cleo, "Cleopatra"));
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: ["Ada", "Bob", "Cleopatra"], count: 3, isLiveToo: true }),
    );
    await ada.call("DELETE", `/api/threads/${id}/members/${ada.user.id}`);
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: ["Bob", "Cleopatra"], count: 2, isLiveToo: true }),
    );
  });

  it("names four at most, and those who follow as they become the first", async () => {
    const others = [await person("Dora"), await person("Eve"), await person("Fay")];
    const tab = await openPresence(bob);
    const { id } = await newThread(ada, "group", [bob, cleo, ...others]);
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({
        names: ["Ada", "Bob", "Cleo", "Dora"],
        count: 6,
        isLiveToo: true,
      }),
    );
    await ada.call("DELETE", `/api/threads/${id}/members/${cleo.user.id}`);
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({
        names: ["Ada", "Bob", "Dora", "Eve"],
        count: 5,
        isLiveToo: true,
      }),
    );
  });

  it("names nobody while it has a name, and everybody again after", async () => {
    const tab = await openPresence(bob);
    const { id } = await newThread(ada, "group", [bob], "Pond");
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: undefined, count: undefined, isLiveToo: true }),
    );
    await ada.call("PATCH", `/api/threads/${id}`, { name: null });
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: ["Ada", "Bob"], count: 2, isLiveToo: true }),
    );
    await ada.call("PATCH", `/api/threads/${id}`, { name: "Lake" });
    await eventually(async () =>
      expect(await shown(tab, id)).toEqual({ names: undefined, count: undefined, isLiveToo: true }),
    );
  });
});

it("a public thread without a name names nobody: whoever opens it joins", async () => {
  const tab = await openPresence(bob);
  const { id } = await newThread(ada, "public", [bob]);
  await eventually(async () =>
    expect(await shown(tab, id)).toEqual({ names: undefined, count: undefined, isLiveToo: true }),
  );
});
