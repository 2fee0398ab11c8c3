import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/** A file that may be a skill, with the name it has when it gives none itself. */
export interface SkillFile {
  path: string;
  named: string;
}

export interface FoundFiles {
  files: readonly SkillFile[];
  /** Every file and folder that was looked at, missing ones too: when none of them changes, nothing else is found. */
  looked: readonly string[];
}

const ignoreFiles = [".gitignore", ".ignore", ".fdignore"];

interface Rules {
  dir: string;
  matcher: Ignore;
}

/**
 * The skill files below a root: each `*.md` directly in it, and the SKILL.md of every folder that has one, which is not
 * searched deeper. A missing root has none.
 */
export function findSkillFiles(root: string, onProblem: (text: string) => void): FoundFiles {
  const files: SkillFile[] = [];
  const looked: string[] = [];

  const visit = (dir: string, above: readonly Rules[], ancestors: readonly string[]) => {
    looked.push(dir);
    const real = orUndefined(() => realpathSync(dir));
    // A link back to a folder above would be followed for ever.
    if (real === undefined || ancestors.includes(real)) return;
    const entries = list(dir, onProblem);
    if (dir !== root && entries.some((entry) => entry.name === "SKILL.md")) {
      const path = join(dir, "SKILL.md");
      looked.push(path);
      files.push({ path, named: dir.slice(dir.lastIndexOf(sep) + 1) });
      return;
    }
    const rules = [...above, ...ownRules(dir, entries, looked)];
    for (const { name } of entries) {
      const path = join(dir, name);
      if (name.startsWith(".") || name === "node_modules") continue;
      const status = orUndefined(() => statSync(path));
      if (status === undefined || isIgnored(path, status, rules)) continue;
      if (status.isDirectory()) visit(path, rules, [...ancestors, real]);
      else if (dir === root && status.isFile() && name.endsWith(".md")) {
        looked.push(path);
        files.push({ path, named: name.slice(0, -".md".length) });
      }
    }
  };
  visit(root, [], []);
  return { files, looked };
}

function list(dir: string, onProblem: (text: string) => void): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    onProblem(`${dir} cannot be searched for skills: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function ownRules(dir: string, entries: readonly Dirent[], looked: string[]): Rules[] {
  return ignoreFiles.flatMap((name) => {
    if (!entries.some((entry) => entry.name === name)) return [];
    const path = join(dir, name);
    looked.push(path);
    const text = orUndefined(() => readFileSync(path, "utf8"));
    return text === undefined ? [] : [{ dir, matcher: ignore().add(text) }];
  });
}

function isIgnored(path: string, status: Stats, rules: readonly Rules[]): boolean {
  return rules.some(({ dir, matcher }) => {
    const below = relative(dir, path).replaceAll(sep, "/");
    return matcher.ignores(status.isDirectory() ? `${below}/` : below);
  });
}

/** Undefined for what is gone, or not ours to look at. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
