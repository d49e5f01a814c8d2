/** A thread notifies Presence in order: a later update never overtakes an earlier one, which would then be dropped as late. */
import { expect, it } from "vitest";
import { interceptCalls } from "../../support/calls.ts";
import { threadStub } from "../../support/objects.ts";
import { newThread, person } from "../../support/host-users.ts";
import { eventually } from "../../support/eventually.ts";

it("sends one update at a time, however many wait", async () => {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group");
  let begun = 0;
  let answered = 0;
  let inFlight = 0;
  let mostInFlight = 0;
  interceptCalls("PRESENCE", "threadChanged", async ({ send }) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    const number = ++begun;
    // Polled: within an object, a promise of the test cannot be awaited.
    await eventually(() => expect(answered).toBeGreaterThanOrEqual(number));
    const answer = await send();
    inFlight -= 1;
    return answer;
  });
  const stub = () => threadStub(thread.id);
  const rename = async (name: string) => {
    const renaming = stub().run(ada.user, { type: "rename", name });
    await eventually(async () => expect(await stub().view(ada.user)).toMatchObject({ value: { name } }));
    return { renaming };
  };
  const notifiedTimes = (times: number) => eventually(() => expect(begun).toBe(times));

  const first = await rename("One");
  await notifiedTimes(1);
  const waiting = [await rename("Two"), await rename("Three")];
  answered = 1;
  await notifiedTimes(2);
  // Of the two that waited, one update carries both changes. The other has nothing to send, and must not end the one in flight.
  const last = await rename("Four");
  for (let i = 0; i < 10; i++) await stub().view(ada.user);
  answered = 2;
  await notifiedTimes(3);
  answered = 3;
  await Promise.all([first, ...waiting, last].map(({ renaming }) => renaming));
  expect(mostInFlight).toBe(1);
});
