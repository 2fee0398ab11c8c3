import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { setupTokenProblem } from "@openclaw/models/auth";
import { cleanKeyText } from "./api-key-text.ts";
import { authChoices, deprecatedChoices, findAuthChoice, type KeyChoice, keyFlagChoices } from "./auth-choices.ts";
import { baseUrlProblem, providerIdProblem, stageCustomProvider } from "./custom-provider.ts";
import { lifetimeProblem, parseLifetime } from "./lifetime.ts";
import type { OnboardOptions } from "./onboard-options.ts";
import type { SetupDraft } from "./setup-draft.ts";
import { SetupError } from "./setup-error.ts";
import type { SetupWorld } from "./setup-world.ts";
import { stageKey, stageModel, stageProfiles, stageProvider } from "./stage-auth.ts";

/** The choice the flags mean: the named one, else the one of the only key among them. @throws SetupError */
export function choiceOfFlags(options: OnboardOptions): string {
  if (options.authChoice !== undefined) {
    if (findAuthChoice(options.authChoice)) return options.authChoice;
    const names = authChoices.map(({ id }) => id).join(", ");
    throw new SetupError(`Invalid --auth-choice "${options.authChoice}". Expected one of: ${names}`, { code: "usage" });
  }
  const given = Object.keys(keyFlagChoices).filter((flag) => options.keys[flag]?.trim());
  if (given.length > 1) {
    throw new SetupError(
      [
        "Multiple API key flags were provided for non-interactive onboarding.",
        "Use a single provider flag or pass --auth-choice explicitly.",
        `Flags: ${given.map((flag) => `--${flag}`).join(", ")}`,
      ],
      { code: "usage" },
    );
  }
  return (given[0] !== undefined && keyFlagChoices[given[0]]) || "skip";
}

/** Stages a choice with what flags and environment hold. @throws SetupError */
export function stageAuthByFlags(draft: SetupDraft, id: string, options: OnboardOptions, world: SetupWorld): void {
  const choice = findAuthChoice(id);
  if (!choice) throw new SetupError(`Invalid --auth-choice "${id}".`, { code: "usage" });
  switch (choice.kind) {
    case "skip":
      return;
    case "key":
      return stageKey(draft, choice, findKey(choice, options, world));
    case "local":
      stageProvider(draft, choice.provider, choice.block);
      return stageModel(draft, { ref: `${choice.provider}/${choice.block.model.id}` });
    case "token":
      return stageToken(draft, options, world);
    case "custom":
      return stageCustom(draft, options, world);
    case "sign-in": {
      const named = deprecatedChoices[id] ?? id;
      throw new SetupError(
        named === "setup-token"
          ? [
              'Auth choice "setup-token" requires interactive mode.',
              "Use --auth-choice token with --token-provider anthropic and --token.",
            ]
          : "OAuth requires interactive mode.",
        { code: "needs-terminal" },
      );
    }
  }
}

/** Flag, then environment, then the profile that is stored. */
function findKey(choice: KeyChoice, options: OnboardOptions, world: SetupWorld) {
  const { provider, flag, envVars } = choice;
  const candidates = [options.keys[flag], ...envVars.map((name) => world.env[name])];
  const key = candidates.map((each) => cleanKeyText(each ?? "")).find(Boolean);
  const stored = storedKey(provider, world);
  if (!key && !stored) {
    throw new SetupError(`Missing --${flag} (or ${envVars[0]} in env, or existing ${provider} API-key profile).`, {
      code: "missing-key",
    });
  }
  if (provider !== "cloudflare-ai-gateway") return key ? { key } : ("stored" as const);
  const accountId = options.cloudflareAccountId?.trim() || stored?.metadata?.accountId;
  const gatewayId = options.cloudflareGatewayId?.trim() || stored?.metadata?.gatewayId;
  if (!accountId) throw new SetupError("Missing --cloudflare-ai-gateway-account-id.", { code: "usage" });
  if (!gatewayId) throw new SetupError("Missing --cloudflare-ai-gateway-gateway-id.", { code: "usage" });
  return { key: key || (stored?.key ?? ""), metadata: { accountId, gatewayId } };
}

/** The API key of a provider that is stored already. */
export function storedKey(provider: string, { env, paths, now, fetch, snapshot }: SetupWorld) {
  const config = () => snapshot.config;
  const { credentials } = createModels({
    config,
    env,
    log: silentLog,
    stateDir: paths.stateDir,
    clock: { now },
    fetch,
  });
  const profiles = [...(credentials?.profiles().profiles.values() ?? [])];
  return profiles.filter((each) => each.type === "api_key").find((each) => each.provider === provider);
}

function stageToken(draft: SetupDraft, options: OnboardOptions, world: SetupWorld): void {
  const refuse = (text: string) => new SetupError(text, { code: "usage" });
  const provider = options.tokenProvider?.trim().toLowerCase();
  if (!provider) throw refuse("Missing --token-provider for --auth-choice token.");
  if (provider !== "anthropic") {
    throw refuse("Only --token-provider anthropic is supported for --auth-choice token.");
  }
  const token = options.token?.trim();
  if (!token) throw refuse("Missing --token for --auth-choice token.");
  const problem = setupTokenProblem(token);
  if (problem !== undefined) throw refuse(problem);
  const lifetime = options.tokenExpiresIn === undefined ? undefined : parseLifetime(options.tokenExpiresIn);
  if (options.tokenExpiresIn !== undefined && lifetime === undefined) {
    throw refuse(`Invalid --token-expires-in: ${lifetimeProblem(options.tokenExpiresIn)}`);
  }
  const profileId = options.tokenProfileId?.trim() || `${provider}:manual`;
  const expires = lifetime === undefined ? {} : { expires: world.now() + lifetime };
  stageProfiles(draft, [{ profileId, credential: { type: "token", provider, token, ...expires } }]);
}

function stageCustom(draft: SetupDraft, options: OnboardOptions, { env }: SetupWorld): void {
  const refuse = (text: string) => new SetupError(text, { code: "usage" });
  const { customBaseUrl = "", customModelId = "", customProviderId } = options;
  if (!customBaseUrl.trim()) throw refuse("Missing --custom-base-url for --auth-choice custom-api-key.");
  if (!customModelId.trim()) throw refuse("Missing --custom-model-id for --auth-choice custom-api-key.");
  const badUrl = baseUrlProblem(customBaseUrl);
  if (badUrl !== undefined) throw refuse(`Invalid --custom-base-url: ${badUrl}`);
  const badId = providerIdProblem(customProviderId ?? "");
  if (badId !== undefined) throw refuse(`Invalid --custom-provider-id: ${badId}`);
  const key = cleanKeyText(options.customApiKey ?? "") || cleanKeyText(env.CUSTOM_API_KEY ?? "");
  stageCustomProvider(draft, {
    baseUrl: customBaseUrl,
    modelId: customModelId,
    key: key || undefined,
    providerId: customProviderId,
    compatibility: options.customCompatibility,
  });
}
