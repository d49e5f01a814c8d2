/**
 * A gate in the way of calls between objects: they wait at it until it is opened. Polled, since what
 * waits is in the contexts of several objects, and workerd breaks off one that awaits a promise of another's.
 */
import { expect, vi } from "vitest";
import { eventually } from "./patience.ts";

export interface Gate {
  /** Waits until it is open. */
  pass: () => Promise<void>;
  /** Settles once somebody waits, or has waited, at it. */
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

/** From here on every check of a token waits at the gate `checking`. */
export function heldChecks() {
  const checking = gate();
  const verify = crypto.subtle.verify.bind(crypto.subtle);
  const checked = vi.spyOn(crypto.subtle, "verify").mockImplementation(async (...args) => {
    await checking.pass();
    return verify(...args);
  });
  return { checking, checked };
}
