/** Other values for constants of the source in a bundle, for what would take minutes with theirs. */

/** By file and name, such as `{ "src/protocol/limits.ts": { PING_MS: 2_000 } }`. */
export type Constants = Record<string, Record<string, number>>;

/** A bundle with these values. Throws where the source has no such constant. */
export function withConstants(bundle: string, constants: Constants): string {
  let changed = bundle;
  for (const [file, values] of Object.entries(constants)) {
    // The bundle names each file in a comment before what is in it.
    const [before, after] = changed.split(`\n// ${file}\n`);
    if (before === undefined || after === undefined) throw new Error(`the bundle has no ${file}`);
    const end = after.search(/\n\/\/ \S+\.\w+\n/);
    let content = end === -1 ? after : after.slice(0, end);
    for (const [name, value] of Object.entries(values)) {
      // A number follows a name that other files have too.
      const declaration = new RegExp(`^(var ${name}\\d*) = [^;\\n]+;$`, "m");
      if (!declaration.test(content)) throw new Error(`${file} has no constant ${name}`);
      content = content.replace(declaration, `$1 = ${value};`);
    }
    changed = `${before}\n// ${file}\n${content}${end === -1 ? "" : after.slice(end)}`;
  }
  return changed;
}
