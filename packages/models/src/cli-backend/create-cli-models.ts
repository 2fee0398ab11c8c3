import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { Logger } from "@openclaw/log";
import { singleBlockStream } from "../adapters/answer-stream.ts";
import { maskSecrets } from "../failure/mask-secrets.ts";
import type { ProgramSession } from "../model-info.ts";
import { backendArguments } from "./backend-arguments.ts";
import type { CliBackend } from "./cli-backend.ts";
import { CliBackendError } from "./cli-backend-error.ts";
import { type PromptImage, programPrompt } from "./conversation.ts";
import { type BackendAnswer, readOutput } from "./read-output.ts";
import { type ProcessEnd, runProcess } from "./run-process.ts";

/** A model of a program, in a session of ours or, without one, for a single question. */
export type CreateCliModel = (backend: CliBackend, model: string, session?: ProgramSession) => LanguageModelV4;

const withoutTools = "Tools are disabled in this session. Do not call tools.";
/** The Gateway's own secrets are nothing for other programs. */
const ownSecrets = ["OPENCLAW_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_PASSWORD"];
const staleSession =
  /(?:session|conversation|thread)[^\n]{0,120}(?:not found|does not exist|no longer exists)|no (?:conversation|session|thread) (?:was )?found/i;
const overflow = /prompt is too long|context length|context window|too many tokens/i;

/** Makes models of programs. Those of one backend run one after the other, unless it says otherwise. */
export function createCliModels({ env, log }: { env: NodeJS.ProcessEnv; log: Logger }): CreateCliModel {
  const queues = new Map<string, Promise<unknown>>();

  async function inTurn<T>(backend: CliBackend, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (!backend.serialize) return work();
    const before = queues.get(backend.id) ?? Promise.resolve();
    const done = before.then(work);
    const settled = done.catch(() => undefined);
    queues.set(backend.id, settled);
    void settled.then(() => {
      if (queues.get(backend.id) === settled) queues.delete(backend.id);
    });
    // Whoever is stopped while it waits does not wait for its turn; the program is then not started at all.
    return orAborted(done, signal);
  }

  async function ask(
    backend: CliBackend,
    model: string,
    session: ProgramSession | undefined,
    options: LanguageModelV4CallOptions,
  ): Promise<BackendAnswer> {
    const { abortSignal: signal } = options;
    const sessionId = backend.sessionMode === "none" ? undefined : session?.sessionId();
    const prompt = programPrompt(options.prompt, backend.id, sessionId !== undefined);
    const images = await writeImages(prompt.images);
    try {
      const call = backendArguments(session ? backend : { ...backend, sessionMode: "none" }, {
        model,
        prompt: prompt.text,
        system: [prompt.system, withoutTools].filter((text) => text !== undefined).join("\n\n"),
        images: images.paths,
        sessionId,
        newId: randomUUID,
      });
      const end = await run(backend, call.args, { session, stdin: call.stdin, signal });
      if (env.OPENCLAW_CLAUDE_CLI_LOG_OUTPUT === "1") {
        log.info(`${backend.id} wrote: ${maskSecrets(end.stdout)}`, { backend: backend.id, code: end.code });
      }
      const answer = readOutput(end.stdout, call.output, backend);
      if (end.code !== 0 || answer.failed) {
        const output = end.stderr.trim() || answer.text || end.stdout.trim();
        const stale = sessionId !== undefined && staleSession.test(`${end.stderr}\n${end.stdout}`);
        if (stale || overflow.test(output)) session?.keep(undefined);
        if (stale) {
          log.warn(`the session ${backend.id} was to go on with is gone; it begins a new one`);
          return await ask(backend, model, session && { ...session, sessionId: () => undefined }, options);
        }
        const how = end.code === undefined ? "was ended by a signal" : `ended with code ${end.code}`;
        throw new CliBackendError("cli-failed", `${backend.id} (${backend.command}) ${how}.`, { output });
      }
      const kept = answer.sessionId ?? call.sessionId;
      if (session && backend.sessionMode !== "none" && kept !== sessionId) session.keep(kept);
      return answer;
    } finally {
      await images.remove();
    }
  }

  async function run(
    backend: CliBackend,
    args: readonly string[],
    call: { session: ProgramSession | undefined; stdin: string | undefined; signal: AbortSignal | undefined },
  ): Promise<ProcessEnd> {
    const cleared = new Set([...ownSecrets, ...backend.clearEnv]);
    const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !cleared.has(name)));
    try {
      return await runProcess(backend.command, args, {
        cwd: call.session?.workspaceDir ?? tmpdir(),
        env: { ...inherited, ...backend.env },
        stdin: call.stdin,
        signal: call.signal,
      });
    } catch (error) {
      if (call.signal?.aborted) throw error;
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      throw new CliBackendError(
        missing ? "cli-not-found" : "cli-failed",
        missing
          ? `The program of CLI backend ${backend.id} was not found: ${backend.command}. Install it, or set agents.defaults.cliBackends.${backend.id}.command to its path.`
          : `The program of CLI backend ${backend.id} could not be run: ${error instanceof Error ? error.message : String(error)}.`,
        { cause: error },
      );
    }
  }

  const warned = new Set<string>();

  return (backend, model, session) => {
    if (backend.cannotReplacePrompt && !warned.has(backend.id)) {
      warned.add(backend.id);
      log.warn(
        `agents.defaults.cliBackends.${backend.id}.systemPromptMode is "replace", but no flag is known that does it: set systemPromptArg. The program keeps its own system prompt.`,
      );
    }
    const generate = async (options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
      const answer = await inTurn(backend, options.abortSignal, () => ask(backend, model, session, options));
      return {
        content: answer.text === "" ? [] : [{ type: "text", text: answer.text }],
        finishReason: { unified: "stop", raw: "stop" },
        usage: answer.usage,
        warnings: [],
      };
    };
    return {
      specificationVersion: "v4",
      provider: backend.id,
      modelId: model,
      supportedUrls: {},
      doGenerate: generate,
      doStream: async (options) => singleBlockStream(await generate(options)),
    };
  };
}

/** Puts images where the program can read them, and nobody else on this machine. */
async function writeImages(images: readonly PromptImage[]): Promise<{ paths: string[]; remove(): Promise<void> }> {
  if (images.length === 0) return { paths: [], remove: async () => undefined };
  // Its mode is 0700.
  const folder = await mkdtemp(join(tmpdir(), "openclaw-images-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const paths = await Promise.all(
      images.map(async ({ mediaType, data }, at) => {
        const ending = /^image\/([a-z0-9]+)/i.exec(mediaType)?.[1]?.toLowerCase() ?? "png";
        const path = join(folder, `image-${at + 1}.${ending === "jpeg" ? "jpg" : ending}`);
        await writeFile(path, data, { mode: 0o600, flag: "wx" });
        return path;
      }),
    );
    return { paths, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  work.catch(() => undefined);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
