import { field, isObject, numberField, textField, timeField } from "../credentials/wire-fields.ts";
import type { UsageWindow } from "./provider-usage.ts";

/** What an account is asked with. */
export interface UsageRequest {
  readonly token: string;
  readonly accountId?: string;
  readonly projectId?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface UsageReading {
  windows: UsageWindow[];
  plan?: string;
  error?: string;
}

/** Where one provider tells what is left. */
export interface UsageSource {
  readonly provider: string;
  readonly displayName: string;
  /** Variables with a key for this question, in the order they are tried. */
  readonly envVars?: readonly string[];
  read(request: UsageRequest): Promise<UsageReading>;
}

export const usageSources: readonly UsageSource[] = [
  { provider: "anthropic", displayName: "Claude", read: readAnthropic },
  { provider: "github-copilot", displayName: "Copilot", read: readCopilot },
  { provider: "google-gemini-cli", displayName: "Gemini", read: readGemini },
  { provider: "google-antigravity", displayName: "Antigravity", read: readAntigravity },
  { provider: "openai-codex", displayName: "Codex", read: readCodex },
  {
    provider: "minimax",
    displayName: "MiniMax",
    envVars: ["MINIMAX_CODE_PLAN_KEY", "MINIMAX_API_KEY"],
    read: readMiniMax,
  },
  { provider: "zai", displayName: "z.ai", read: readZai },
  { provider: "xiaomi", displayName: "Xiaomi", read: async () => ({ windows: [] }) },
];

const codeAssist = "https://cloudcode-pa.googleapis.com/v1internal";
const anthropicWindows = [
  ["five_hour", "5h"],
  ["seven_day", "Week"],
  ["seven_day_sonnet", "Sonnet"],
  ["seven_day_opus", "Opus"],
] as const;

async function readAnthropic(request: UsageRequest): Promise<UsageReading> {
  // Only subscriptions have windows; a key that is paid per call has none.
  if (!request.token.startsWith("sk-ant-oat") && request.token.startsWith("sk-ant-api")) return { windows: [] };
  const answer = await ask("https://api.anthropic.com/api/oauth/usage", request, {
    headers: { authorization: `Bearer ${request.token}`, "anthropic-beta": "oauth-2025-04-20" },
  });
  if (answer.status === 403 && /user:profile/.test(answer.text)) {
    const session = webSession(request.env);
    if (session !== undefined) return readClaudeWeb(session, request);
  }
  return { windows: anthropicWindowsOf(answered(answer)) };
}

function anthropicWindowsOf(body: unknown): UsageWindow[] {
  return anthropicWindows.flatMap(([name, label]) => {
    const window = field(body, name);
    const used = numberField(window, "utilization");
    return used === undefined ? [] : [windowOf(label, used, timeField(window, "resets_at"))];
  });
}

/** The cookie of a browser that is signed in, when its user has given it. */
function webSession(env: NodeJS.ProcessEnv): string | undefined {
  const key = env.CLAUDE_AI_SESSION_KEY?.trim() || env.CLAUDE_WEB_SESSION_KEY?.trim();
  if (key) return `sessionKey=${key}`;
  return env.CLAUDE_WEB_COOKIE?.trim() || undefined;
}

async function readClaudeWeb(cookie: string, request: UsageRequest): Promise<UsageReading> {
  const base = "https://claude.ai/api/organizations";
  const list = answered(await ask(base, request, { headers: { cookie } }));
  const id = Array.isArray(list) ? textField(list[0], "uuid") : undefined;
  if (id === undefined) throw new Error("claude.ai named no organization");
  const body = answered(await ask(`${base}/${encodeURIComponent(id)}/usage`, request, { headers: { cookie } }));
  return { windows: anthropicWindowsOf(body) };
}

async function readCopilot(request: UsageRequest): Promise<UsageReading> {
  const body = answered(
    await ask("https://api.github.com/copilot_internal/user", request, {
      headers: { authorization: `token ${request.token}` },
    }),
  );
  const quotas = field(body, "quota_snapshots");
  const names = [
    ["premium_interactions", "Premium"],
    ["chat", "Chat"],
  ] as const;
  const plan = textField(body, "copilot_plan");
  return {
    windows: names.flatMap(([name, label]) => {
      const left = numberField(field(quotas, name), "percent_remaining");
      return left === undefined ? [] : [windowOf(label, 100 - left)];
    }),
    ...(plan !== undefined && { plan }),
  };
}

async function readGemini(request: UsageRequest): Promise<UsageReading> {
  const body = answered(
    await ask(`${codeAssist}:retrieveUserQuota`, request, {
      headers: { authorization: `Bearer ${request.token}` },
      body: request.projectId === undefined ? {} : { project: request.projectId },
    }),
  );
  const least = new Map<string, number>();
  for (const bucket of listOf(field(body, "buckets"))) {
    const model = textField(bucket, "modelId") ?? "";
    const left = numberField(bucket, "remainingFraction");
    const label = /pro/i.test(model) ? "Pro" : /flash/i.test(model) ? "Flash" : undefined;
    if (label !== undefined && left !== undefined) least.set(label, Math.min(least.get(label) ?? 1, left));
  }
  return { windows: [...least].map(([label, left]) => windowOf(label, (1 - left) * 100)) };
}

const maxAntigravityModels = 10;

async function readAntigravity(request: UsageRequest): Promise<UsageReading> {
  const headers = { authorization: `Bearer ${request.token}` };
  const account = answered(
    await ask(`${codeAssist}:loadCodeAssist`, request, { headers, body: { metadata: { pluginType: "GEMINI" } } }),
  );
  const windows: UsageWindow[] = [];
  const left = numberField(account, "availablePromptCredits");
  const all = numberField(field(account, "planInfo"), "monthlyPromptCredits");
  if (left !== undefined && all !== undefined && all > 0) windows.push(windowOf("Credits", ((all - left) / all) * 100));
  const project = request.projectId ?? textField(account, "cloudaicompanionProject");
  const body = answered(
    await ask(`${codeAssist}:fetchAvailableModels`, request, {
      headers,
      body: project === undefined ? {} : { project },
    }),
  );
  const models = field(body, "models");
  const entries = isObject(models) ? Object.entries(models) : [];
  for (const [id, model] of entries) {
    if (/^(?:chat_|tab_)/.test(id) || windows.length > maxAntigravityModels) continue;
    const quota = field(model, "quotaInfo");
    const rest = numberField(quota, "remainingFraction");
    if (rest === undefined) continue;
    windows.push(windowOf(textField(model, "displayName") ?? id, (1 - rest) * 100, timeField(quota, "resetTime")));
  }
  const plan = textField(field(account, "currentTier"), "name");
  return { windows, ...(plan !== undefined && { plan }) };
}

async function readCodex(request: UsageRequest): Promise<UsageReading> {
  const answer = await ask("https://chatgpt.com/backend-api/wham/usage", request, {
    headers: {
      authorization: `Bearer ${request.token}`,
      ...(request.accountId && { "ChatGPT-Account-Id": request.accountId }),
    },
  });
  if (answer.status === 401 || answer.status === 403) return { windows: [], error: "Token expired" };
  const body = answered(answer);
  const limits = field(body, "rate_limit");
  const first = field(limits, "primary_window");
  const second = field(limits, "secondary_window");
  const hours = Math.round((numberField(first, "limit_window_seconds") ?? 3 * 3600) / 3600);
  const windows = [
    { window: first, label: `${hours}h` },
    { window: second, label: "Day" },
  ].flatMap(({ window, label }) => {
    const used = numberField(window, "used_percent");
    const reset = numberField(window, "reset_at");
    return used === undefined ? [] : [windowOf(label, used, reset === undefined ? undefined : reset * 1000)];
  });
  const credits = Number(field(field(body, "credits"), "balance") ?? Number.NaN);
  const plan = textField(body, "plan_type");
  const money = Number.isFinite(credits) ? `$${credits.toFixed(2)}` : undefined;
  const shown = plan !== undefined && money !== undefined ? `${plan} (${money})` : (plan ?? money);
  return { windows, ...(shown !== undefined && { plan: shown }) };
}

async function readMiniMax(request: UsageRequest): Promise<UsageReading> {
  const body = answered(
    await ask("https://api.minimaxi.com/v1/api/openplatform/coding_plan/remains", request, {
      headers: { authorization: `Bearer ${request.token}`, "MM-API-Source": "OpenClaw" },
    }),
  );
  const found = findAllowance(body, 0);
  if (!found) return { windows: [] };
  return { windows: [windowOf(found.label ?? "5h", found.usedPercent, found.resetAt)] };
}

const totals = ["total", "total_count", "limit", "quota", "current_interval_total_count", "totalCount"];
const used = ["used", "used_count", "usage", "usedCount", "consumed"];
const remaining = ["remaining", "remains", "remain", "left", "remaining_count", "remainingCount"];
const percents = ["used_percent", "usedPercent", "usage_percent", "percentage"];

/** The names of the fields have changed several times, so whatever looks like an allowance is taken. */
function findAllowance(
  value: unknown,
  depth: number,
): { usedPercent: number; label?: string; resetAt?: number } | undefined {
  if (depth > 6) return undefined;
  for (const item of Array.isArray(value) ? value : []) {
    const inside = findAllowance(item, depth + 1);
    if (inside) return inside;
  }
  if (!isObject(value)) return undefined;
  const first = (names: readonly string[]) =>
    names.map((name) => numberField(value, name)).find((n) => n !== undefined);
  const total = first(totals);
  const [spent, left, percent] = [first(used), first(remaining), first(percents)];
  const usedPercent =
    percent ??
    (total !== undefined && total > 0 && (spent ?? left) !== undefined
      ? ((spent ?? total - (left ?? 0)) / total) * 100
      : undefined);
  if (usedPercent !== undefined) {
    const hours = numberField(value, "window_hours") ?? numberField(value, "hours");
    const reset = timeField(value, "reset_at") ?? timeField(value, "end_time") ?? timeField(value, "next_reset_time");
    return {
      usedPercent,
      ...(hours !== undefined && { label: `${hours}h` }),
      ...(reset !== undefined && { resetAt: reset < 1e12 ? reset * 1000 : reset }),
    };
  }
  for (const inner of Object.values(value)) {
    const inside = findAllowance(inner, depth + 1);
    if (inside) return inside;
  }
  return undefined;
}

const zaiUnits: Readonly<Record<number, string>> = { 1: "d", 3: "h", 5: "m" };

async function readZai(request: UsageRequest): Promise<UsageReading> {
  const body = answered(
    await ask("https://api.z.ai/api/monitor/usage/quota/limit", request, {
      headers: { authorization: `Bearer ${request.token}` },
    }),
  );
  const data = field(body, "data");
  const windows = listOf(field(data, "limits")).flatMap((limit): UsageWindow[] => {
    const percent = numberField(limit, "percentage");
    const type = textField(limit, "type");
    if (percent === undefined || (type !== "TOKENS_LIMIT" && type !== "TIME_LIMIT")) return [];
    const unit = zaiUnits[numberField(limit, "unit") ?? 0] ?? "";
    const label = type === "TIME_LIMIT" ? "Monthly" : `Tokens (${numberField(limit, "number") ?? ""}${unit})`;
    return [windowOf(label, percent, timeField(limit, "nextResetTime"))];
  });
  const plan = textField(data, "planName") ?? textField(data, "plan");
  return { windows, ...(plan !== undefined && { plan }) };
}

interface Answer {
  status: number;
  ok: boolean;
  text: string;
}

async function ask(
  url: string,
  request: UsageRequest,
  options: { headers: Record<string, string>; body?: object },
): Promise<Answer> {
  const response = await request.fetch(url, {
    method: options.body === undefined ? "GET" : "POST",
    headers: {
      accept: "application/json",
      ...(options.body !== undefined && { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    signal: request.signal,
    redirect: "error",
  });
  return { status: response.status, ok: response.ok, text: await response.text() };
}

function answered({ status, ok, text }: Answer): unknown {
  if (!ok) throw new Error(`HTTP ${status}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error("the answer is not JSON");
  }
}

function windowOf(label: string, usedPercent: number, resetAt?: number): UsageWindow {
  return { label, usedPercent, ...(resetAt !== undefined && { resetAt }) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
