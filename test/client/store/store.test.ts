import { expect, it } from "vitest";
import { Store } from "../../../src/client/store/store.ts";

it("delivers the current snapshot last, also where a listener has replaced the one that is being delivered", () => {
  const store = new Store(0);
  const seen: number[] = [];
  store.subscribe((value) => {
    if (value === 1) store.set(2);
  });
  store.subscribe((value) => seen.push(value));
  store.set(1);
  expect(seen.at(-1)).toBe(2);
});

it("notifies nobody of a snapshot that is the same object", () => {
  const store = new Store({ count: 0 });
  let calls = 0;
  store.subscribe(() => (calls += 1));
  store.update((state) => state);
  expect(calls).toBe(1);
});
