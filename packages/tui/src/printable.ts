import { stripVTControlCharacters } from "node:util";

/**
 * Text that came from outside, without anything a terminal would act on: an answer, a file or a program's output must
 * not move the cursor, set the title or write the clipboard.
 */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll("\r\n", "\n")
      .replaceAll("\t", "    ")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "")
  );
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}
