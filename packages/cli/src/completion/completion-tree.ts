import { globalFlagHelp } from "../parse/global-flag-help.ts";
import type { AnyCommand, FlagSpec } from "../spec/command-spec.ts";
import { aliases, childrenOf, findNode, type TreeNode } from "../spec/command-tree.ts";
import type { CompletionPlace } from "./completion-places.ts";

/** Every place of the command tree, the beginning first. `plugins` are the commands that plugins add there. */
export function completionPlaces(plugins: readonly AnyCommand[] = []): CompletionPlace[] {
  const places: CompletionPlace[] = [];
  const visit = (path: string, node: TreeNode | undefined) => {
    const children = childrenOf(path === "" ? "" : (node?.id ?? path)).filter(({ hidden }) => !hidden);
    const own = path === "" ? globalFlags() : Object.entries(node?.command?.flags ?? {}).map(flagWords);
    places.push({
      path,
      commands: [
        ...children.map(({ id, summary }) => ({ word: id.split(" ").at(-1) ?? id, summary })),
        ...(path === "" ? plugins.map(({ id, summary }) => ({ word: id, summary })) : []),
      ],
      flags: [...own.flat(), ...(path === "" ? [] : [help])],
    });
    for (const child of children) visit(child.id, child);
  };
  visit("", undefined);
  // Hidden names lead to the same places; they are not offered, but what follows them is.
  for (const [alias, id] of Object.entries(aliases)) {
    const node = findNode(id);
    if (node === undefined) continue;
    for (const place of places.filter(({ path }) => path === id || path.startsWith(`${id} `))) {
      places.push({ ...place, path: `${alias}${place.path.slice(id.length)}` });
    }
  }
  return places;
}

const help = { word: "--help", summary: "show help", takesValue: false, values: [] };

function globalFlags(): CompletionPlace["flags"] {
  return globalFlagHelp.map(([usage, summary]) => ({
    word: /--[a-z-]+/.exec(usage)?.[0] ?? usage,
    summary,
    takesValue: usage.includes("<"),
    values: [],
  }));
}

function flagWords([name, flag]: [string, FlagSpec]): CompletionPlace["flags"] {
  if (flag.hidden) return [];
  const rest = { summary: flag.summary, takesValue: flag.type !== "boolean", values: flag.options ?? [] };
  return [{ word: `--${name}`, ...rest }, ...(flag.char === undefined ? [] : [{ word: `-${flag.char}`, ...rest }])];
}
