/** A thread notifies Presence in order: a later update never overtakes an earlier one, which would then be dropped as late. */
import { afterEach, expect, it, vi } from "vitest";
import { Presence } from "../../../src/presence/presence.ts";
import { threadStub } from "../../support/objects.ts";
import { newThread, person } from "../../support/people.ts";
import { eventually } from "../../support/patience.ts";

afterEach(() => vi.restoreAllMocks());

it("notifications are sent one after the other, however many wait", async () => {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group");
  const { threadChanged } = Presence.prototype;
  let begun = 0;
  let answered = 0;
  let underWay = 0;
  let most = 0;
  const notified = vi.spyOn(Presence.prototype, "threadChanged");
  notified.mockImplementation(async function (this: Presence, update) {
    most = Math.max(most, ++underWay);
    const number = ++begun;
    // A promise of the test's own cannot be awaited within an object.
    await eventually(() => expect(answered).toBeGreaterThanOrEqual(number));
    await threadChanged.call(this, update);
    underWay -= 1;
  });
  const object = () => threadStub(thread.id);
  const rename = async (name: string) => {
    const renaming = object().run(ada.user, { type: "rename", name });
    await eventually(async () => expect(await object().view(ada.user)).toMatchObject({ value: { name } }));
    return { renaming };
  };
  const notifiedTimes = (times: number) => eventually(() => expect(begun).toBe(times));

  const first = await rename("One");
  await notifiedTimes(1);
  const waiting = [await rename("Two"), await rename("Three")];
  answered = 1;
  await notifiedTimes(2);
  // Of those who waited, one sends for both; the other has nothing to send, and does not end what is being sent.
  const last = await rename("Four");
  for (let i = 0; i < 10; i++) await object().view(ada.user);
  answered = 2;
  await notifiedTimes(3);
  answered = 3;
  await Promise.all([first, ...waiting, last].map(({ renaming }) => renaming));
  expect(most).toBe(1);
});
