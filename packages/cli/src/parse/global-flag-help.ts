/** The flags that stand before the first word, for help and the reference page. */
export const globalFlagHelp: readonly (readonly [flag: string, meaning: string])[] = [
  ["--dev", "state in ~/.openclaw-dev, default port 19001"],
  ["--no-color", "no ANSI colours"],
  ["--profile <name>", "state in ~/.openclaw-<name>"],
  ["--update", "same as the command update"],
  ["-V, --version", "print the version (also -v)"],
  ["-h, --help", "show help"],
];
