/** What a thread tells Presence it tells in order: a later word never overtakes an earlier one, which would then count as old. */
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
  const told = vi.spyOn(Presence.prototype, "threadChanged");
  told.mockImplementation(async function (this: Presence, update) {
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
  const toldTimes = (times: number) => eventually(() => expect(begun).toBe(times));

  const first = await rename("One");
  await toldTimes(1);
  const waiting = [await rename("Two"), await rename("Three")];
  answered = 1;
  await toldTimes(2);
  // Of those who waited, one tells for both; the other has nothing to tell, and does not end what is being told.
  const last = await rename("Four");
  for (let i = 0; i < 10; i++) await object().view(ada.user);
  answered = 2;
  await toldTimes(3);
  answered = 3;
  await Promise.all([first, ...waiting, last].map(({ renaming }) => renaming));
  expect(most).toBe(1);
});
