/** The users whose status a client subscribes to, as it sends them to the server. */
import { expect, it } from "vitest";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { onlineWith } from "../support/welcomed.ts";
import { presenceWelcome } from "../support/samples.ts";

useFakeClock();

it("is sent at once where nothing was sent lately", async () => {
  const { presence, sent } = await onlineWith([]);
  presence.watch(["ben"]);
  await pass();
  expect(sent("watch")).toEqual([{ type: "watch", userIds: ["ben"] }]);
});

it("is sent at most once a second while it changes, and in the end as it is then", async () => {
  const { presence, sent } = await onlineWith([]);
  for (let scrolled = 0; scrolled < 100; scrolled++) {
    presence.watch([`user ${scrolled}`]);
    await pass(100);
  }
  await pass(1_000);
  expect(sent("watch").length).toBeLessThanOrEqual(11);
  expect(sent("watch").at(-1)?.userIds).toEqual(["user 99"]);
});

it("is sent again on each new connection", async () => {
  const { presence, newest, sent, loseAndReturn } = await onlineWith([]);
  presence.watch(["ben"]);
  for (let connection = 0; connection < 2; connection++) {
    await loseAndReturn();
    newest().deliver(presenceWelcome());
    expect(sent("watch")).toEqual([{ type: "watch", userIds: ["ben"] }]);
  }
});

it("is sent where it is nobody any more", async () => {
  const { presence, sent } = await onlineWith([]);
  presence.watch(["ben"]);
  await pass(1_000);
  presence.watch([]);
  await pass(1_000);
  expect(sent("watch").map(({ userIds }) => userIds)).toEqual([["ben"], []]);
});

it("is not sent again where it is the same in another order", async () => {
  const { presence, sent } = await onlineWith([]);
  presence.watch(["ben", "cy"]);
  await pass(1_000);
  presence.watch(["cy", "ben", "cy"]);
  await pass(1_000);
  expect(sent("watch")).toHaveLength(1);
});
