/**
 * A gate that calls between objects wait at until the test opens it. It polls: the calls run in the contexts of several
 * objects, and workerd aborts one that awaits a promise of another.
 */
import { expect, vi } from "vitest";
import { eventually } from "./eventually.ts";

export interface Gate {
  /** Resolves when the gate is open. */
  pass: () => Promise<void>;
  /** Resolves when a call has reached the gate. */
  reached: () => Promise<void>;
  open: () => void;
}

export function gate(): Gate {
  const state = { reached: false, open: false };
  return {
    pass: async () => {
      state.reached = true;
      while (!state.open) await scheduler.wait(1);
    },
    reached: () => eventually(() => expect(state.reached).toBe(true)),
    open: () => {
      state.open = true;
    },
  };
}

/** Holds every verification of a token at the gate `checking` from here on; `checked` is the spy on them. */
export function holdTokenChecks() {
  const checking = gate();
  const verify = crypto.subtle.verify.bind(crypto.subtle);
  const checked = vi.spyOn(crypto.subtle, "verify").mockImplementation(async (...args) => {
    await checking.pass();
    return verify(...args);
  });
  return { checking, checked };
}
