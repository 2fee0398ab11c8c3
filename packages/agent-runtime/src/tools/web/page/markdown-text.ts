/** Markdown as plain text: link and image targets, emphasis, heading marks and fences are left out. */
export function textOfMarkdown(markdown: string): string {
  let fenced = false;
  const lines: string[] = [];
  for (const line of markdown.split("\n")) {
    if (/^\s{0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    else lines.push(fenced ? line : textOfLine(line));
  }
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

// Every repetition has a bound, so that no line can make the search go over it again and again.
function textOfLine(line: string): string {
  return line
    .replace(/^\s{0,3}#{1,6}\s{1,10}/, "")
    .replace(/^\s{0,3}>\s?/, "")
    .replace(/!\[([^\][]{0,500})\]\([^()\s]{0,2000}\)/g, "$1")
    .replace(/\[([^\][]{0,500})\]\([^()\s]{0,2000}\)/g, "$1")
    .replace(/(\*\*|__)(\S[^\n*_]{0,500})\1/g, "$2")
    .replace(/`([^`]{1,500})`/g, "$1")
    .replace(/\\([\\`*_{}[\]()#+.!>|-])/g, "$1");
}
