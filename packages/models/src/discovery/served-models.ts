import { objectOf, objectsOf, textOf } from "../adapters/wire-value.ts";

/** How long a server may take to tell its models, ms. */
const timeoutMs = 5000;

/** What a server that speaks OpenAI's API (LM Studio, vLLM, llama.cpp, LiteLLM …) says about its models. */
export type ServedModels =
  | { readonly kind: "served"; readonly models: readonly string[] }
  | { readonly kind: "unreachable"; readonly reason: string }
  /** It answers, but not with a list of models. */
  | { readonly kind: "refused"; readonly status: number };

/** Asks `GET {baseUrl}/models`. Never throws. */
export async function servedModels(
  options: { baseUrl: string; key?: string; headers?: Readonly<Record<string, string>> },
  fetchNow: typeof fetch,
): Promise<ServedModels> {
  try {
    const response = await fetchNow(`${options.baseUrl.replace(/\/+$/, "")}/models`, {
      headers: { ...(options.key && { authorization: `Bearer ${options.key}` }), ...options.headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return { kind: "refused", status: response.status };
    }
    const body: unknown = await response.json();
    // llama.cpp and old Ollamas list them under `models`, with a name in place of an id.
    const entries = objectsOf(objectOf(body)?.data ?? objectOf(body)?.models);
    return { kind: "served", models: entries.flatMap((entry) => textOf(entry.id) ?? textOf(entry.name) ?? []) };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: "refused", status: 200 };
    return { kind: "unreachable", reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return error.name === "TimeoutError" ? "no answer in time" : error.message;
}
