/** A fenced block of Markdown; offsets are UTF-16 code units. */
export interface FencedBlock {
  start: number;
  /** After the closing line; the end of the text when the block is not closed. */
  end: number;
  /** The whole opening line, with its info string. */
  opening: string;
  /** What closes it. */
  marker: string;
}

/** Finds the fenced blocks of a text. A block that is not closed reaches to the end. */
export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: FencedBlock | undefined;
  let at = 0;
  for (const line of text.split("\n")) {
    const end = at + line.length;
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const marker = fence?.[1] ?? "";
    if (open === undefined) {
      if (fence && !(marker.startsWith("`") && fence[2]?.includes("`")))
        open = { start: at, end: text.length, opening: line, marker };
    } else if (marker.startsWith(open.marker) && fence?.[2]?.trim() === "") {
      blocks.push({ ...open, end });
      open = undefined;
    }
    at = end + 1;
  }
  return open === undefined ? blocks : [...blocks, open];
}
