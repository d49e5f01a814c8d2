import { expect, it } from "vitest";
import { runScript } from "./support/run-script.ts";

it.each([["--help"], ["--seconds", "soon"], ["--seconds=-1"]])(
  "a chaos script that is given %s says what it takes, and ends",
  async (...args) => {
    const { code, output } = await runScript("drop", args);
    expect(output).toMatch(/--(help|seconds).*\nnpm run chaos:drop -- \[--seconds N\]/);
    expect(code).toBe(2);
  },
);
