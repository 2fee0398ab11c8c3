import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import { ModelError } from "../model-error.ts";
import type { ThinkingLevel } from "../thinking-level.ts";
import { type ModelSetup, requestedThinking, sessionOf } from "./adapter.ts";
import { addressOf, bearer, defined, type RequestBody } from "./model-request.ts";
import { cacheFields, reasoningFields, responsesRules, toolFields } from "./responses-body.ts";
import { responsesInput } from "./responses-input.ts";
import { createResponsesModel } from "./responses-model.ts";
import { numberOf, objectOf, textOf } from "./wire-value.ts";

/** A model behind the ChatGPT subscription's `POST {baseUrl}/codex/responses`, which streams only. */
export function createCodexResponsesModel(setup: ModelSetup): LanguageModelV4 {
  return createResponsesModel(setup, {
    streaming: setup.streaming,
    streamsOnly: true,
    request: (options, credential) => ({
      url: `${addressOf(credential, setup)}/codex/responses`,
      body: codexBody(options, setup),
      headers: codexHeaders(options, setup, credential),
    }),
    explain: (error) => explainQuota(error, setup.now()),
  });
}

function codexHeaders(
  options: LanguageModelV4CallOptions,
  { info }: ModelSetup,
  credential: RequestCredential,
): Record<string, string> {
  const accountId = accountOf(credential);
  if (accountId === undefined) {
    throw new ModelError(
      "no-api-key",
      `The credential of provider "${info.provider}" names no ChatGPT account. Log in again: openclaw models auth login --provider ${info.provider}`,
    );
  }
  const session = sessionOf(options);
  return {
    accept: "text/event-stream",
    ...bearer(credential),
    "chatgpt-account-id": accountId,
    "openai-beta": "responses=experimental",
    originator: "openclaw",
    ...(session !== undefined && { session_id: session }),
  };
}

/** The account the token speaks for: told with it, or named inside it. */
function accountOf(credential: RequestCredential): string | undefined {
  if (credential.kind === "none") return undefined;
  if (credential.kind === "token" && credential.accountId !== undefined) return credential.accountId;
  const [, claims = ""] = (credential.kind === "token" ? credential.token : credential.key).split(".");
  try {
    const payload = objectOf(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")));
    return textOf(objectOf(payload?.["https://api.openai.com/auth"])?.chatgpt_account_id);
  } catch (error) {
    // It is no token of the form that names an account.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function codexBody(options: LanguageModelV4CallOptions, setup: ModelSetup): RequestBody {
  const { info, params } = setup;
  const system = options.prompt.flatMap((message) => (message.role === "system" ? [message.content] : []));
  const rest = options.prompt.filter((message) => message.role !== "system");
  return {
    model: info.id,
    instructions: system.join("\n\n"),
    input: responsesInput(rest, responsesRules(setup), "developer"),
    store: false,
    text: { verbosity: "medium" },
    parallel_tool_calls: true,
    tool_choice: "auto",
    ...defined({ temperature: options.temperature ?? params.temperature }),
    ...toolFields(options),
    ...(info.reasoning && reasoningFields(codexLevel(info.id, requestedThinking(options)))),
    ...cacheFields(options, setup),
  };
}

/** The levels the subscription's models take. */
export function codexLevel(model: string, level: ThinkingLevel | undefined): ThinkingLevel | undefined {
  if (level === undefined || level === "off") return level;
  if (/^gpt-5\.[23]/.test(model)) return level === "minimal" ? "low" : level;
  if (model === "gpt-5.1") return level === "xhigh" ? "high" : level;
  if (model === "gpt-5.1-codex-mini") return level === "high" || level === "xhigh" ? "high" : "medium";
  return level;
}

/** An exhausted subscription is told with its plan and its end. */
function explainQuota(error: unknown, now: number): unknown {
  if (!APICallError.isInstance(error) || error.responseBody === undefined) return error;
  const failure = readFailure(error.responseBody);
  const code = textOf(failure?.code) ?? textOf(failure?.type) ?? "";
  if (!failure || !/usage_limit_reached|usage_not_included|rate_limit_exceeded/.test(code)) return error;
  const plan = textOf(failure.plan_type);
  const resets = numberOf(failure.resets_at);
  const minutes = resets === undefined ? undefined : Math.max(0, Math.round((resets * 1000 - now) / 60_000));
  const message = `You have hit your ChatGPT usage limit${plan ? ` (${plan.toLowerCase()} plan)` : ""}.${minutes === undefined ? "" : ` Try again in ~${minutes} min.`}`;
  return new APICallError({
    message,
    cause: error,
    url: error.url,
    requestBodyValues: error.requestBodyValues,
    statusCode: 429,
    ...(error.responseHeaders && { responseHeaders: error.responseHeaders }),
    responseBody: JSON.stringify({ error: { type: code, message } }),
  });
}

function readFailure(body: string) {
  try {
    return objectOf(objectOf(JSON.parse(body))?.error);
  } catch (error) {
    // A page or a plain text says nothing about a plan.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
