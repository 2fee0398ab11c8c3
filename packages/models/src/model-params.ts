import type { Logger } from "@openclaw/log";
import type { ModelEntryConfig } from "./models-config.ts";

export type CacheRetention = "none" | "short" | "long";

/** What `agents.defaults.models["provider/model"].params` says about requests. */
export interface ModelParams {
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly cacheRetention?: CacheRetention;
  /** Sent as `thinking` to models of the `zai` format. */
  readonly thinking?: { readonly type?: "enabled" | "disabled"; readonly clear_thinking?: boolean };
}

/** Reads the parameters of one model. A value of the wrong shape is left out and named in a warning. */
export function readModelParams(key: string, entry: ModelEntryConfig | undefined, log: Logger): ModelParams {
  const raw = entry?.params ?? {};
  const params: { -readonly [K in keyof ModelParams]: ModelParams[K] } = {};
  const refuse = (name: string, allowed: string) =>
    log.warn(`agents.defaults.models["${key}"].params.${name} is left out: it must be ${allowed}`);
  for (const [name, value] of Object.entries(raw)) {
    switch (name) {
      case "temperature":
        if (typeof value === "number" && value >= 0 && value <= 2) params.temperature = value;
        else refuse(name, "a number from 0 to 2");
        break;
      case "maxTokens":
        if (typeof value === "number" && Number.isInteger(value) && value >= 1) params.maxTokens = value;
        else refuse(name, "a whole number of at least 1");
        break;
      case "cacheRetention":
        if (value === "none" || value === "short" || value === "long") params.cacheRetention = value;
        else refuse(name, '"none", "short" or "long"');
        break;
      case "cacheControlTtl":
        // The older spelling, which gives way to `cacheRetention`.
        if (value !== "5m" && value !== "1h") refuse(name, '"5m" or "1h"');
        else if (raw.cacheRetention === undefined) params.cacheRetention = value === "1h" ? "long" : "short";
        break;
      case "thinking": {
        const thinking = readZaiThinking(value);
        if (thinking) params.thinking = thinking;
        else refuse(name, '{ type: "enabled" | "disabled", clear_thinking?: boolean }');
        break;
      }
      default:
        log.debug(`agents.defaults.models["${key}"].params.${name} has no effect on requests`);
    }
  }
  return params;
}

function readZaiThinking(value: unknown): ModelParams["thinking"] {
  if (typeof value !== "object" || value === null) return undefined;
  const type: unknown = Reflect.get(value, "type");
  const clear: unknown = Reflect.get(value, "clear_thinking");
  if (type !== undefined && type !== "enabled" && type !== "disabled") return undefined;
  if (clear !== undefined && typeof clear !== "boolean") return undefined;
  return { ...(type && { type }), ...(clear !== undefined && { clear_thinking: clear }) };
}
