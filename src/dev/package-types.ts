/**
 * Finishes the declarations that `tsc -p tsconfig.package.json` has emitted: what is packed names no zod, no file that is not
 * packed, and JavaScript files, as every module resolution wants.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ContractTypes } from "./contract-types.ts";

const DIRECTORY = "dist/types";
const CONTRACT = `${DIRECTORY}/protocol`;

interface Manifest {
  exports: Record<string, string | { types: string }>;
}

/** A relative import or re-export: the names between its braces, if there are any, and the file. */
const IMPORT = /(?:\{([^}]*)\} from |import\(|from |import )"(\.[^"]+)"/g;

interface Import {
  names: readonly string[];
  file: string;
}

function importsOf(file: string): Import[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, names = "", path = ""]) => ({
    names: names
      .split(",")
      .map((name) =>
        name
          .trim()
          .replace(/^type /, "")
          .replace(/ as .*$/, ""),
      )
      .filter((name) => name !== ""),
    file: join(file, "..", path).replace(/\.[jt]sx?$/, ".d.ts"),
  }));
}

function entries(): string[] {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  return Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : [join(entry.types)]));
}

const contract = await ContractTypes.read();
const kept = new Set<string>();
const toVisit = entries();
for (let file = toVisit.pop(); file !== undefined; file = toVisit.pop()) {
  if (kept.has(file)) continue;
  if (!existsSync(file)) throw new Error(`${file} is an entry or imported, and was not emitted`);
  kept.add(file);
  for (const { names, file: imported } of importsOf(file)) {
    const module = basename(imported, ".d.ts");
    const isOfContract = imported.startsWith(`${CONTRACT}/`);
    const isMadeByZod = isOfContract && names.some((name) => contract.add(module, name));
    if (!isMadeByZod) toVisit.push(imported);
    else if (!names.every((name) => contract.add(module, name)))
      throw new Error(`${file} imports a type of ${imported} that cannot be written without zod`);
  }
}
for (const file of globSync(`${DIRECTORY}/**/*.d.ts`)) {
  if (!kept.has(file)) rmSync(file);
}
for (const [module, declarations] of contract.modules())
  writeFileSync(`${CONTRACT}/${module}.d.ts`, declarations);
for (const file of kept) {
  const text = readFileSync(file, "utf8");
  if (text.includes('from "zod"')) throw new Error(`${file} needs zod`);
  writeFileSync(
    file,
    text.replaceAll(IMPORT, (all) => all.replace(/\.tsx?"$/, '.js"')),
  );
}
