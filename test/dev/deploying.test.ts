/** What a deployment is made of, and a "Deploy to Cloudflare" button: both read these files, as Cloudflare documents it. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { SETTINGS } from "../../src/config/settings.ts";

/** As far as it is looked at here: its own types are a Worker's, which this project has not. */
interface ConfigModule {
  configOf: (variables: Record<string, string>) => Record<string, unknown>;
}
const CONFIG = "../../src/config/config.ts";
const { configOf } = (await import(CONFIG)) as ConfigModule;

const vars = readConfig({ config: "wrangler.toml" }).vars as Record<string, string>;
const example = await readFile(".dev.vars.example", "utf8");
const asked = parseEnv(example);
const { scripts, cloudflare } = JSON.parse(await readFile("package.json", "utf8")) as {
  scripts: Record<string, string>;
  cloudflare: { bindings: Record<string, { description: string }> };
};
const isSecret = (name: string) => /_SECRET(_PREVIOUS)?$/.test(name);

const configured = (more: Record<string, string>) => configOf({ ...vars, ...more });
const SECRETS = {
  SESSION_SECRET: "n7Qx2Vb9Lr4Tk8Yc1Wd6Jz3Hf5Gp0SmA",
  AUTH_SECRET: "aM3Ns8Ue2Ki7Zw5Qo9Xv4Rh1Jc6Ty0Bd",
};

describe("wrangler.toml", () => {
  it("has production's values, and no secret", () => {
    expect(vars).toMatchObject({ ENVIRONMENT: "production", GUEST_SIGN_IN: "false", ALLOWED_ORIGINS: "" });
    expect(Object.keys(vars).filter(isSecret)).toEqual([]);
    expect(Object.keys(vars).filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it("is enough together with the secrets that are asked for", () => {
    expect(Object.keys(SECRETS).toSorted()).toEqual(Object.keys(asked).toSorted());
    const { development, guestSignIn, anyOrigin, webhooks, beforeSend, serverSecret } = configured(SECRETS);
    expect({ development, guestSignIn, anyOrigin }).toEqual({
      development: false,
      guestSignIn: false,
      anyOrigin: false,
    });
    // What is optional does not run.
    expect([webhooks, beforeSend, serverSecret]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ["left empty", { SESSION_SECRET: "", AUTH_SECRET: "" }],
    ["typed in twice", { SESSION_SECRET: SECRETS.AUTH_SECRET, AUTH_SECRET: SECRETS.AUTH_SECRET }],
    ["short", { ...SECRETS, AUTH_SECRET: "hunter2" }],
    ["words", { ...SECRETS, SESSION_SECRET: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }],
  ])("serves nothing where the secrets are %s", (_how, secrets) => {
    expect(() => configured(secrets)).toThrow(/This server is not configured: (SESSION|AUTH)_SECRET/);
  });
});

describe("a Deploy button", () => {
  it("asks for the two secrets that are required, none of which has a value, and for nothing of development", () => {
    expect(asked).toEqual({ SESSION_SECRET: "", AUTH_SECRET: "" });
    expect(example).not.toMatch(/ENVIRONMENT|GUEST_SIGN_IN|development =/);
    // It would read that as well.
    expect(existsSync(".env.example")).toBe(false);
  });

  it("explains each secret, and variables that wrangler.toml has", () => {
    const explained = Object.keys(cloudflare.bindings);
    expect(explained).toEqual(expect.arrayContaining(Object.keys(asked)));
    expect(explained.filter((name) => !(name in asked) && !(name in vars))).toEqual([]);
  });

  it("finds the commands that build and deploy", () => {
    expect(scripts).toMatchObject({ build: expect.any(String), deploy: "wrangler deploy" });
  });
});

it("git has none of the files that hold secrets", () => {
  const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).split("\n");
  expect(files.filter((file) => /(^|\/)\.(env|dev\.vars)/.test(file))).toEqual([".dev.vars.example"]);
  expect(execFileSync("git", ["check-ignore", ".dev.vars"], { encoding: "utf8" })).toBe(".dev.vars\n");
});
