/** The Worker as a deployment has it, bundled once for all servers of a test run, or of a program that is run by itself. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleWorker } from "../../../src/dev/workerd.ts";

/** The environment variable that names the test run's bundle to the processes of the run. */
const VARIABLE = "LILYPAD_TEST_BUNDLE";

let bundling: Promise<string> | undefined;

/** The directory of the bundle. Outside of a test run, it is made once for this process, and deleted when that exits. */
export async function sharedBundle(): Promise<string> {
  return process.env[VARIABLE] ?? (await (bundling ??= bundleForThisProcess()));
}

async function bundleForThisProcess(): Promise<string> {
  const directory = await newDirectory();
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  await bundleWorker(directory);
  return directory;
}

/** The global setup of the tests that start servers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await newDirectory();
  await bundleWorker(directory);
  process.env[VARIABLE] = directory;
  // In watch mode the sources may have changed.
  project.onTestsRerun(() => bundleWorker(directory));
  return () => rm(directory, { recursive: true, force: true });
}

function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "lilypad-bundle-"));
}
