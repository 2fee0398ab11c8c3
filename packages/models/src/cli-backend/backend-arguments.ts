import type { CliBackend, CliOutput } from "./cli-backend.ts";

export interface BackendCall {
  readonly model: string;
  readonly prompt: string;
  readonly system: string | undefined;
  /** Paths of image files. */
  readonly images: readonly string[];
  /** The session to go on with. */
  readonly sessionId: string | undefined;
  /** Makes the id of a new session. */
  readonly newId: () => string;
}

export interface BackendArguments {
  readonly args: readonly string[];
  /** Written to standard input; undefined when the prompt is an argument. */
  readonly stdin: string | undefined;
  readonly output: CliOutput;
  /** The id the program was told, if it was. */
  readonly sessionId: string | undefined;
}

/** Linux takes 128 KiB per argument and refuses to start a program with a longer one. */
const maxArgumentBytes = 120_000;

/**
 * How the program is called: arguments, model, system prompt, session, images, prompt. A call with `resumeArgs` has none of
 * the first three flags, because the session knows them.
 */
export function backendArguments(backend: CliBackend, call: BackendCall): BackendArguments {
  const known = backend.sessionMode === "none" ? undefined : call.sessionId;
  const resumes = known !== undefined && backend.resumeArgs !== undefined;
  const sessionId = known ?? (backend.sessionMode === "always" ? call.newId() : undefined);
  const withId = (args: readonly string[]) => args.map((arg) => arg.replaceAll("{sessionId}", sessionId ?? ""));
  const args = withId(resumes ? (backend.resumeArgs ?? []) : backend.args);
  if (!resumes) {
    if (backend.modelArg) args.push(backend.modelArg, nameOfModel(backend, call.model));
    const saysSystem =
      backend.systemPromptWhen === "always" || (backend.systemPromptWhen === "first" && known === undefined);
    if (backend.systemPromptArg && saysSystem && call.system) args.push(backend.systemPromptArg, call.system);
    if (sessionId !== undefined) {
      if (backend.sessionArgs) args.push(...withId(backend.sessionArgs));
      else if (backend.sessionArg) args.push(backend.sessionArg, sessionId);
    }
  }
  let { prompt } = call;
  if (call.images.length > 0) {
    const flag = backend.imageArg;
    if (flag === undefined) prompt = `${prompt}\n\n${call.images.join("\n")}`.trim();
    else if (backend.imageMode === "list") args.push(flag, call.images.join(","));
    else for (const image of call.images) args.push(flag, image);
  }
  const output = resumes ? backend.resumeOutput : backend.output;
  const tooLong =
    prompt.length > (backend.maxPromptArgChars ?? Number.POSITIVE_INFINITY) ||
    Buffer.byteLength(prompt) > maxArgumentBytes;
  if (backend.input === "stdin" || tooLong) return { args, stdin: prompt, output, sessionId };
  // A message that begins with a dash must not become an option of the program.
  args.push(prompt.startsWith("-") ? ` ${prompt}` : prompt);
  return { args, stdin: undefined, output, sessionId };
}

function nameOfModel({ modelAliases }: CliBackend, model: string): string {
  const wanted = model.toLowerCase();
  const names = Object.entries(modelAliases).map(([name, target]) => [name.toLowerCase(), target] as const);
  const found =
    names.find(([name]) => name === wanted) ??
    names.find(([name]) => name.endsWith("*") && wanted.startsWith(name.slice(0, -1)));
  return found?.[1] ?? model;
}
