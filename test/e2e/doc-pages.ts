/** The documentation as data: its pages, and each page's code blocks, links, anchors and tables. */
import { glob, readFile } from "node:fs/promises";

export interface Page {
  /** From the root of the repository. */
  path: string;
  text: string;
}

export interface CodeBlock {
  path: string;
  /** What follows the opening fence, such as `js`; empty for a diagram. */
  language: string;
  code: string;
}

const FENCED = /^( *)```(.*)\n([^]*?)^\1```$/gm;

/** The pages that match these patterns, from the root of the repository. Throws where a pattern matches none. */
export async function pagesOf(...patterns: string[]): Promise<Page[]> {
  const pages: Page[] = [];
  for (const pattern of patterns) {
    const paths: string[] = [];
    for await (const path of glob(pattern, { exclude: (name) => name === "node_modules" })) paths.push(path);
    if (paths.length === 0) throw new Error(`no page matches ${pattern}`);
    for (const path of paths.toSorted()) pages.push({ path, text: await readFile(path, "utf8") });
  }
  return pages;
}

export function codeBlocksOf({ path, text }: Page): CodeBlock[] {
  return [...text.matchAll(FENCED)].map(([, indent = "", language = "", code = ""]) => ({
    path,
    language: language.trim(),
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The page without its code, in which nothing is a link or a heading. */
function proseOf({ text }: Page): string {
  return text.replaceAll(FENCED, "");
}

/** Where the links and pictures of a page lead, as written. */
export function linksOf(page: Page): string[] {
  const prose = proseOf(page).replaceAll(/(`+)[^`]+?\1(?!\])/g, (code) => code.replaceAll(/[[\]()]/g, ""));
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}

/** What a link to a part of this page may name: its headings as GitHub names them, and its explicit anchors. */
export function anchorsOf(page: Page): Set<string> {
  const prose = proseOf(page);
  const anchors = new Set([...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading);
    let name = slug;
    for (let n = 1; anchors.has(name); n++) name = `${slug}-${n}`;
    anchors.add(name);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** The parts of a page: from each heading of the second level to the next. */
export function sectionsOf({ text }: Page): { heading: string; text: string }[] {
  const [, ...sections] = text.split(/^## /m);
  return sections.map((section) => {
    const end = section.indexOf("\n");
    return { heading: section.slice(0, end), text: section.slice(end) };
  });
}

/** The cells of every table row of a text, headings included. */
export function tableRowsOf(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}
