import { commands, flagUsage, globalFlagHelp, groups } from "../../packages/cli/src/index.ts";
import { code, table } from "./markdown.mjs";

/** `docs/reference/cli.md`: every command with its flags, from the data the program parses with. */
export function cliPage() {
  const shown = commands.filter((command) => !command.hidden).sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    "# Commands",
    "`openclaw [global options] <command> [options]`. Results go to standard output, everything else to standard error; " +
      "`--json` prints exactly one document. The exit code is 0 for success, 1 for an error and 2 for profile flags that cannot be used.",
    "## Global options",
    "They stand before the command; behind it they belong to the command.",
    table(
      ["option", "meaning"],
      globalFlagHelp.map(([flag, meaning]) => [code(flag), meaning]),
    ),
    "## Overview",
    table(
      ["command", ""],
      [...shown, ...groups.filter((group) => !group.hidden)]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, summary }) => [code(`openclaw ${id}`), summary]),
    ),
    ...shown.flatMap(commandSection),
  ].join("\n\n");
}

function commandSection(command) {
  const args = command.args.map((arg) => (arg.required ? `<${arg.name}>` : `[${arg.name}]`));
  const flags = Object.entries(command.flags).filter(([, flag]) => !flag.hidden);
  const usage = ["openclaw", command.id, ...(flags.length > 0 ? ["[options]"] : []), ...args].join(" ");
  return [
    `## openclaw ${command.id}`,
    command.description ?? `${command.summary}.`,
    `\`\`\`sh\n${usage}\n\`\`\``,
    ...(args.length > 0
      ? [
          table(
            ["argument", "meaning"],
            command.args.map((arg) => [code(arg.name), arg.summary]),
          ),
        ]
      : []),
    ...(flags.length > 0
      ? [
          table(
            ["option", "meaning", "default"],
            flags
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, flag]) => [
                code(flagUsage(name, flag)),
                `${flag.summary}${flag.options ? `: ${flag.options.join(", ")}` : ""}${flag.required ? " (required)" : ""}`,
                flag.defaultText ?? (flag.default === undefined ? "" : code(flag.default)),
              ]),
          ),
        ]
      : []),
    ...(command.examples ?? []).map(([line, explanation]) => `${explanation}\n\n\`\`\`sh\n${line}\n\`\`\``),
  ];
}
