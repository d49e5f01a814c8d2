/** Where the secrets of a local server are kept, and that development's values are for development alone. */
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkerd } from "../../src/dev/workerd.ts";
import { sharedBundle } from "../chaos/support/bundle.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "lilypad-secrets-"));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));

describe(".dev.vars", () => {
  const module = resolve("src/dev/dev-vars.ts");
  const print = `import(${JSON.stringify(module)}).then(({ devVars }) => console.log(JSON.stringify(devVars())))`;
  /** What `npm start` reads in a directory of its own, and the mode of the file. */
  async function devVars() {
    const vars = execFileSync(process.execPath, ["-e", print], { cwd: directory, encoding: "utf8" });
    const { mode } = await stat(join(directory, ".dev.vars"));
    return { vars: JSON.parse(vars) as Record<string, string>, mode: mode & 0o777 };
  }

  it("is written with development values and three secrets, for its owner alone, and kept", async () => {
    const { vars, mode } = await devVars();
    expect(vars).toEqual({
      ENVIRONMENT: "development",
      GUEST_SIGN_IN: "true",
      CONTACT_POLICY: "open",
      ALLOWED_ORIGINS: "*",
      AUTH_SECRET: expect.stringMatching(/^[\w-]{43}$/),
      SESSION_SECRET: expect.stringMatching(/^[\w-]{43}$/),
      SERVER_SECRET: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(new Set(Object.values(vars)).size).toBe(Object.keys(vars).length);
    expect(mode).toBe(0o600);
    expect((await devVars()).vars).toEqual(vars);
  });

  it("goes on without asking anybody where it is from before there was consent", async () => {
    const file = join(directory, ".dev.vars");
    await writeFile(file, 'AUTH_SECRET="mine"');
    const expected = { AUTH_SECRET: "mine", CONTACT_POLICY: "open" };
    expect((await devVars()).vars).toEqual(expected);
    expect((await devVars()).vars).toEqual(expected);
    await writeFile(file, 'CONTACT_POLICY="consent"');
    expect((await devVars()).vars).toEqual({ CONTACT_POLICY: "consent" });
  });

  it("is for its owner alone where others could read it before", async () => {
    await devVars();
    await chmod(join(directory, ".dev.vars"), 0o644);
    expect((await devVars()).mode).toBe(0o600);
  });
});

it("a server on workerd leaves no file with its secrets or its configuration, started or not", async () => {
  // A copy: other servers start from the shared one meanwhile.
  const bundle = join(directory, "worker");
  await cp(join(await sharedBundle(), "index.js"), join(bundle, "index.js"));
  const files = await readdir(bundle);
  const secret = "e2rT9kLq5Wm8Zx3Vb7Np1Yd6Hc4Jf0Gs";
  const options = { bundle, storage: join(directory, "storage"), port: 0, vars: { SESSION_SECRET: secret } };
  const server = await startWorkerd(options);
  try {
    expect(await readdir(bundle)).toEqual(files);
    await expect(startWorkerd({ ...options, port: server.port })).rejects.toThrow(/workerd ended/);
    expect(await readdir(bundle)).toEqual(files);
  } finally {
    server.process.kill("SIGKILL");
  }
});
