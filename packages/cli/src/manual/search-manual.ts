import fs from "node:fs";
import path from "node:path";
import MiniSearch from "minisearch";

/** A part of the manual, under one heading. */
export interface ManualPart {
  /** Path of the page below the manual's address, with the heading's anchor. */
  place: string;
  page: string;
  heading: string;
  text: string;
}

const mostResults = 8;
const snippetChars = 160;

/** The parts of the manual that fit best, best first, each with the line that says why. */
export function searchManual(dir: string, query: string): { part: ManualPart; snippet: string }[] {
  const parts = readManual(dir);
  const index = new MiniSearch<ManualPart & { id: number }>({ fields: ["page", "heading", "text"] });
  index.addAll(parts.map((part, id) => ({ ...part, id })));
  const found = index.search(query, { boost: { page: 2, heading: 4 }, prefix: true, fuzzy: 0.15, combineWith: "AND" });
  const rest =
    found.length > 0 ? found : index.search(query, { boost: { page: 2, heading: 4 }, prefix: true, fuzzy: 0.2 });
  return rest.slice(0, mostResults).flatMap(({ id, terms }) => {
    const part = parts[id];
    return part === undefined ? [] : [{ part, snippet: snippetOf(part.text, terms) }];
  });
}

function readManual(dir: string): ManualPart[] {
  const files = fs.readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  return files.toSorted().flatMap((file) => partsOf(file, fs.readFileSync(path.join(dir, file), "utf8")));
}

/** A page cut at its headings. What stands in code blocks is no heading. */
function partsOf(file: string, text: string): ManualPart[] {
  const address = file.replaceAll(path.sep, "/").replace(/(?:\/?README)?\.md$/, "");
  const parts: ManualPart[] = [];
  let page = address;
  let fenced = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    const heading = fenced ? undefined : /^#{1,4} +(.+)$/.exec(line)?.[1]?.trim();
    const last = parts.at(-1);
    if (heading !== undefined) {
      if (parts.length === 0) page = heading;
      const anchor = parts.length === 0 ? "" : `#${anchorOf(heading)}`;
      parts.push({ place: `/${address}${anchor}`, page, heading, text: "" });
    } else if (last !== undefined) last.text += `${line}\n`;
  }
  return parts;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** The first line with one of the words, or the first line there is. */
function snippetOf(text: string, terms: readonly string[]): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(```|[|\s:-]+$)/.test(line));
  const line = lines.find((each) => terms.some((term) => each.toLowerCase().includes(term))) ?? lines[0] ?? "";
  const plain = line.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "");
  return plain.length > snippetChars ? `${plain.slice(0, snippetChars).trimEnd()}…` : plain;
}
