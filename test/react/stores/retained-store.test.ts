import { expect, it } from "vitest";
import { Store } from "../../../src/client/store/store.ts";
import { RetainedStore } from "../../../src/react/stores/retained-store.ts";

/** A store that counts who keeps it open. */
class Source extends Store<string> {
  retained = 0;
  retain(): () => void {
    this.retained += 1;
    return () => void (this.retained -= 1);
  }
}

function setUp() {
  const source = new Source("open");
  const store = new RetainedStore<string, Source>(
    () => source,
    (_source, release) => release(),
    "empty",
  );
  return { source, store };
}

it("is not opened by reading it, and shows that it is empty", () => {
  const { source, store } = setUp();
  expect(store.getSnapshot()).toBe("empty");
  expect(source.retained).toBe(0);
});

it("is open from the first subscriber to the last", () => {
  const { source, store } = setUp();
  const heard: string[] = [];
  const first = store.subscribe((state) => heard.push(state));
  const second = store.subscribe(() => {});
  expect([source.retained, store.getSnapshot()]).toEqual([1, "open"]);
  source.set("changed");
  expect(heard.at(-1)).toBe("changed");
  first();
  first();
  expect(source.retained).toBe(1);
  second();
  expect([source.retained, store.getSnapshot()]).toEqual([0, "empty"]);
});

it("is open while something is done with it, and then left", () => {
  const { source, store } = setUp();
  expect(store.with((open) => [open.retained, open.getSnapshot()])).toEqual([1, "open"]);
  expect(source.retained).toBe(0);
  expect(store.ifOpen(() => "done")).toBeUndefined();
});
