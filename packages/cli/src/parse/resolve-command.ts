import { UsageError } from "../run/cli-error.ts";
import { aliases, childrenOf, findNode, type TreeNode } from "../spec/command-tree.ts";
import { closestName } from "./closest-name.ts";

/** Which command a line means. */
export interface ResolvedCommand {
  /** Undefined when the line names nothing: help of the whole program. */
  node: TreeNode | undefined;
  /** Flags and arguments for it. */
  argv: string[];
  /** `--help` or `-h` stands among them. */
  help: boolean;
}

/**
 * Finds the command of a line. Flags may stand between the words of a command; those after a word belong to the command
 * it completes.
 * @throws UsageError for a word that is no command, with the name that was probably meant
 */
export function resolveCommand(tokens: readonly string[]): ResolvedCommand {
  const [first = "", ...others] = tokens;
  const alias = Object.hasOwn(aliases, first) ? aliases[first] : undefined;
  const words = alias ? [...alias.split(" "), ...others] : tokens;
  let node: TreeNode | undefined;
  const rest: string[] = [];
  let index = 0;
  for (; index < words.length; index++) {
    const token = words[index]!;
    if (token === "--") break;
    if (token.startsWith("-")) {
      rest.push(token);
      const value = words[index + 1];
      if (value !== undefined && takesValue(node, token)) {
        rest.push(value);
        index++;
      }
      continue;
    }
    const id = node ? `${node.id} ${token}` : token;
    const next = findNode(id);
    if (next) {
      node = next;
      continue;
    }
    if (node?.command && (node.command.args.length > 0 || childrenOf(node.id).length === 0)) break;
    throw unknownCommand(token, node);
  }
  rest.push(...words.slice(index));
  const end = rest.indexOf("--");
  const flags = end < 0 ? rest : rest.slice(0, end);
  return { node, argv: rest, help: hasHelp(flags, node) };
}

/** The error for a word that names no command. */
function unknownCommand(word: string, parent: TreeNode | undefined): UsageError {
  const names = childrenOf(parent?.id ?? "")
    .filter((child) => !child.hidden)
    .map((child) => child.id.split(" ").at(-1)!);
  const close = closestName(word, names);
  return new UsageError(`unknown command '${word}'`, close && `(Did you mean ${close}?)`);
}

/** Whether a flag of this command is followed by its value. A group's flags are those of its default action. */
function takesValue(node: TreeNode | undefined, token: string): boolean {
  if (token.includes("=")) return false;
  const flags = Object.entries(node?.command?.flags ?? {});
  const found = flags.find(
    ([name, flag]) => token === `--${name}` || (flag.char !== undefined && token === `-${flag.char}`),
  );
  return found !== undefined && found[1].type !== "boolean";
}

/** Whether help is asked for; a value of another flag that looks like it does not count. */
function hasHelp(tokens: readonly string[], node: TreeNode | undefined): boolean {
  return tokens.some(
    (token, index) => (token === "--help" || token === "-h") && !(index > 0 && takesValue(node, tokens[index - 1]!)),
  );
}
