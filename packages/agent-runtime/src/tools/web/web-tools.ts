import type { GuardedFetch } from "@openclaw/net";
import type { Tool } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import { createWebCache } from "./web-cache.ts";
import type { WebToolsConfig } from "./web-config.ts";
import { createWebFetchTool } from "./web-fetch-tool.ts";
import { createWebSearchTool, offersWebSearch } from "./web-search-tool.ts";

export interface WebToolsOptions {
  config: () => WebToolsConfig;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** For the services that the configuration names. */
  fetch: typeof fetch;
  /** For the addresses that models name. */
  guardedFetch: GuardedFetch;
}

/** Makes the web tools that the configuration offers now. All runs share one cache. */
export function createWebTools(options: WebToolsOptions): () => Tool[] {
  const cache = createWebCache(options.clock);
  return () => {
    const { search = {}, fetch = {} } = options.config();
    const tools: Tool[] = [];
    if (offersWebSearch(search, options.env)) {
      tools.push(createWebSearchTool({ ...options, cache, config: () => options.config().search ?? {} }));
    }
    if (fetch.enabled !== false) {
      tools.push(createWebFetchTool({ ...options, cache, config: () => options.config().fetch ?? {} }));
    }
    return tools;
  };
}
