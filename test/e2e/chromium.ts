/** Chromium as an npm package brings it, compressed: unpacked before the tests, which run in several processes, need it. */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const CACHE = resolve("node_modules/.cache");
const UNPACK = 'import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())';

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The path of the executable, or undefined on machines for which the package has none.
 *
 * By itself the package unpacks into the system's temporary directory, and takes whatever file is there already: of a
 * former version, half unpacked, or open for writing in another process, where starting it fails with ETXTBSY.
 */
export async function unpackedChromium(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const packed = await readFile("node_modules/@sparticuz/chromium/package.json", "utf8");
  const { version } = JSON.parse(packed) as { version: string };
  const directory = join(CACHE, `chromium-${version}`);
  const executable = join(directory, "chromium");
  if (await isThere(executable)) return executable;

  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${directory}-`);
  await promisify(execFile)(process.execPath, ["--eval", UNPACK], {
    env: { ...process.env, TMPDIR: unfinished },
  });
  try {
    await rename(unfinished, directory);
  } catch (error) {
    // Another run was first.
    await rm(unfinished, { recursive: true });
    if (!(await isThere(executable))) throw error;
  }
  return executable;
}
