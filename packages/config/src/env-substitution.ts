import { mapStrings, type PathSegment } from "./plain-value.ts";

const token = /\$(\$?)\{([A-Z_][A-Z0-9_]*)\}/g;

/** A `${NAME}` in the configuration whose variable is unset or empty. */
export class MissingVariableError extends Error {
  override readonly name = "MissingVariableError";
  readonly variable: string;
  readonly path: readonly PathSegment[];

  constructor(variable: string, path: readonly PathSegment[]) {
    super(`Missing env var "${variable}" referenced at config path: ${formatBracketPath(path)}`);
    this.variable = variable;
    this.path = path;
  }
}

/** Writes a path as `a.b[0].c`. */
export function formatBracketPath(path: readonly PathSegment[]): string {
  return path
    .map((segment, index) => (typeof segment === "number" ? `[${segment}]` : index === 0 ? segment : `.${segment}`))
    .join("");
}

/**
 * Replaces `${NAME}` in one string; `$${NAME}` yields the literal `${NAME}`. What was put in is not looked at again.
 * @throws MissingVariableError
 */
export function substituteText(text: string, env: NodeJS.ProcessEnv, path: readonly PathSegment[]): string {
  if (!text.includes("${")) return text;
  return text.replace(token, (match, escaped: string, name: string) => {
    if (escaped) return match.slice(1);
    const value = env[name];
    if (!value) throw new MissingVariableError(name, path);
    return value;
  });
}

/**
 * Replaces `${NAME}` in every string value, arrays included; keys stay as they are.
 * @throws MissingVariableError for the first variable that is unset or empty
 */
export function substituteEnv(value: unknown, env: NodeJS.ProcessEnv): unknown {
  return mapStrings(value, (text, path) => substituteText(text, env, path));
}
