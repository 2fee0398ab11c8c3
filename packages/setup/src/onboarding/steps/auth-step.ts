import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { AuthMethod, AuthResult } from "@openclaw/models";
import { setupTokenProblem } from "@openclaw/models/auth";
import { defaultAgentIdOf } from "@openclaw/sessions";
import { cleanKeyText, keyPreview } from "../api-key-text.ts";
import { storedKey } from "../auth-by-flags.ts";
import { type AuthChoice, authGroups, findAuthChoice, type KeyChoice, type SignInChoice } from "../auth-choices.ts";
import { baseUrlProblem, providerIdProblem, stageCustomProvider } from "../custom-provider.ts";
import type { OnboardOptions } from "../onboard-options.ts";
import type { SetupDraft } from "../setup-draft.ts";
import { SetupError } from "../setup-error.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupWorld } from "../setup-world.ts";
import { stageKey, stageModel, stageProfiles, stageProvider, stageSignIn } from "../stage-auth.ts";

const required = (answer: string) => (answer.trim() ? undefined : "Required");

/**
 * Where the assistant gets its model from; `keeps` suggests to leave it as it is.
 * @returns the provider that was chosen; undefined when it was left open
 */
export async function authStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
  { keeps = false }: { keeps?: boolean } = {},
): Promise<string | undefined> {
  for (;;) {
    const choice = await chooseAuth(options, prompter, world, keeps);
    try {
      return await runChoice(choice, draft, options, prompter, world);
    } catch (error) {
      // A sign-in that failed is told, and something else can be chosen; a flag leaves no other choice.
      if (!isSignInFailure(error) || options.authChoice !== undefined) throw error;
      await prompter.note(error.message, "Sign-in");
    }
  }
}

function isSignInFailure(error: unknown): error is Error {
  return error instanceof Error && (error.name === "OAuthError" || error instanceof SetupError);
}

async function chooseAuth(
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
  keeps: boolean,
): Promise<AuthChoice> {
  if (options.authChoice !== undefined) return expectChoice(options.authChoice);
  for (;;) {
    const group = await prompter.select({
      message: "Model/auth provider",
      options: authGroups.map(({ id, label }) => ({ value: id, label })),
      ...(keeps && { initial: "skip" }),
    });
    const { label, choices: all } = authGroups.find(({ id }) => id === group) ?? { label: group, choices: [] };
    const choices = await offered(all, world);
    const [only, ...others] = choices;
    if (only !== undefined && others.length === 0) return expectChoice(only);
    const method = await prompter.select({
      message: `${label} auth method`,
      options: [
        ...choices.map(expectChoice).map(({ id, label, hint }) => ({ value: id, label, ...(hint && { hint }) })),
        { value: "__back", label: "Back" },
      ],
    });
    if (method !== "__back") return expectChoice(method);
  }
}

/** The login of another program is offered only where that program may have one. */
async function offered(choices: readonly string[], { host }: SetupWorld): Promise<readonly string[]> {
  if (!choices.includes("claude-code")) return choices;
  const anthropic = (await host.signIns()).find(({ id }) => id === "anthropic");
  return anthropic?.auth.some(({ id }) => id === "claude-code")
    ? choices
    : choices.filter((id) => id !== "claude-code");
}

function expectChoice(id: string): AuthChoice {
  const choice = findAuthChoice(id);
  if (!choice) throw new SetupError(`Invalid --auth-choice "${id}".`, { code: "usage" });
  return choice;
}

async function runChoice(
  choice: AuthChoice,
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<string | undefined> {
  switch (choice.kind) {
    case "skip":
      return undefined;
    case "key":
      stageKey(draft, choice, await askKey(choice, options, prompter, world));
      return choice.provider;
    case "token":
      await askToken(draft, options, prompter, world);
      return "anthropic";
    case "local":
      stageProvider(draft, choice.provider, choice.block);
      stageModel(draft, { ref: `${choice.provider}/${choice.block.model.id}` });
      return choice.provider;
    case "custom":
      return askCustom(draft, options, prompter, world);
    case "sign-in": {
      const result = await signIn(choice, draft, prompter, world);
      const offered = result.defaultModel === undefined ? undefined : { ref: result.defaultModel, replaces: [] };
      stageSignIn(draft, result, choice.model ?? offered);
      for (const note of result.notes ?? []) await prompter.note(note);
      return choice.provider;
    }
  }
}

async function askKey(choice: KeyChoice, options: OnboardOptions, prompter: SetupPrompter, world: SetupWorld) {
  const key = cleanKeyText(options.keys[choice.flag] ?? "") || (await knownKey(choice, prompter, world));
  if (choice.provider !== "cloudflare-ai-gateway") return key === "stored" ? ("stored" as const) : { key };
  const accountId =
    options.cloudflareAccountId ?? (await prompter.text({ message: "Cloudflare account id", validate: required }));
  const gatewayId =
    options.cloudflareGatewayId ?? (await prompter.text({ message: "Cloudflare gateway id", validate: required }));
  const stored = storedKey(choice.provider, world)?.key ?? "";
  return { key: key === "stored" ? stored : key, metadata: { accountId, gatewayId } };
}

/** The key of the environment or the one that is stored, if they are wanted; else what is typed. */
async function knownKey(choice: KeyChoice, prompter: SetupPrompter, world: SetupWorld): Promise<string> {
  for (const name of choice.envVars) {
    const key = cleanKeyText(world.env[name] ?? "");
    if (!key) continue;
    const source = world.snapshot.shellEnvKeys?.includes(name) ? "shell env" : "env";
    const message = `Use existing ${name} (${source}, ${keyPreview(key)})?`;
    if (await prompter.confirm({ message, initial: true })) return key;
    break;
  }
  const stored = storedKey(choice.provider, world);
  if (stored && (await prompter.confirm({ message: `Keep the stored ${choice.name} API key?`, initial: true }))) {
    return "stored";
  }
  const typed = await prompter.text({
    message: `Enter ${choice.name} API key`,
    secret: true,
    validate: (text) => required(cleanKeyText(text)),
  });
  return cleanKeyText(typed);
}

async function askToken(draft: SetupDraft, options: OnboardOptions, prompter: SetupPrompter, { now }: SetupWorld) {
  await prompter.note("Run `claude setup-token` on any machine, then paste what it prints.", "Anthropic setup-token");
  const given = options.token?.trim();
  const token =
    given && setupTokenProblem(given) === undefined
      ? given
      : await prompter.text({ message: "Paste Anthropic setup-token", secret: true, validate: setupTokenProblem });
  const name =
    options.tokenProfileId ??
    (await prompter.text({ message: "Token name (blank = default)", placeholder: "default" }));
  const profileId = name.includes(":") ? name : `anthropic:${name.trim().toLowerCase() || "default"}`;
  const { parseLifetime } = await import("../lifetime.ts");
  const lifetime = parseLifetime(options.tokenExpiresIn ?? "");
  const expires = lifetime === undefined ? {} : { expires: now() + lifetime };
  stageProfiles(draft, [{ profileId, credential: { type: "token", provider: "anthropic", token, ...expires } }]);
}

async function askCustom(draft: SetupDraft, options: OnboardOptions, prompter: SetupPrompter, { env }: SetupWorld) {
  const baseUrl =
    options.customBaseUrl ??
    (await prompter.text({
      message: "API base URL",
      placeholder: "http://127.0.0.1:8000/v1",
      validate: (text) => required(text) ?? baseUrlProblem(text),
    }));
  const key =
    options.customApiKey ??
    (await prompter.text({ message: "API key (blank when the endpoint wants none)", secret: true }));
  const compatibility = await prompter.select({
    message: "Which API does the endpoint speak?",
    options: [
      { value: "openai", label: "OpenAI compatible" },
      { value: "anthropic", label: "Anthropic compatible" },
    ],
    initial: options.customCompatibility,
  });
  const modelId = options.customModelId ?? (await prompter.text({ message: "Model id", validate: required }));
  const providerId =
    options.customProviderId ??
    (await prompter.text({ message: "Provider id (blank to name it after the host)", validate: providerIdProblem }));
  const known = cleanKeyText(key) || cleanKeyText(env.CUSTOM_API_KEY ?? "") || undefined;
  return stageCustomProvider(draft, { baseUrl, modelId, key: known, providerId, compatibility });
}

async function signIn(
  choice: SignInChoice,
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<AuthResult> {
  const auth = (await world.host.signIns()).find(({ id }) => id === choice.provider);
  const methods = auth?.auth.filter(({ id }) => choice.method === undefined || id === choice.method) ?? [];
  const [first, ...others] = methods;
  if (!first) {
    throw new SetupError(
      `Nothing here can sign in to ${choice.label}. Install its plugin first: ${world.hint("openclaw plugins install <package>")}.`,
      { code: "no-sign-in" },
    );
  }
  const picked =
    others.length === 0
      ? first.id
      : await prompter.select({
          message: `${choice.label} auth method`,
          options: methods.map(({ id, label, hint }) => ({ value: id, label, ...(hint && { hint }) })),
        });
  const method = methods.find(({ id }) => id === picked) ?? first;
  return runMethod(method, draft, prompter, world);
}

async function runMethod(method: AuthMethod, draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld) {
  const stopped = new AbortController();
  const { env } = world;
  try {
    return await method.run({
      prompter,
      fetch: world.fetch,
      env,
      now: world.now,
      wait: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
      isRemote: ["SSH_CLIENT", "SSH_TTY", "SSH_CONNECTION"].some((name) => env[name]?.trim()),
      openUrl: (url) => world.host.openBrowser(url),
      signal: stopped.signal,
      listen: world.listen,
      agentDir: path.join(world.paths.agentsDir, defaultAgentIdOf(draft.config()), "agent"),
      config: draft.config(),
    });
  } finally {
    stopped.abort();
  }
}
