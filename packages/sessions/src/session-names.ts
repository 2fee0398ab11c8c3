import { agentIdOfKey, canonicalSessionKey, type KeyContext, mainSessionKey, normalizeMainKey } from "./session-key.ts";
import { keyContextOf, type SessionsConfig } from "./sessions-config.ts";

/** What a key in any form stands for. */
export interface SessionName {
  /** Canonical key. */
  key: string;
  agentId: string;
  /** Keys a record may stand under: the canonical one first. */
  storedKeys: readonly string[];
}

/** What one configuration object says about keys, worked out once: it is asked many times in a turn. */
interface View {
  readonly config: SessionsConfig;
  readonly context: KeyContext;
  readonly names: Map<string, SessionName>;
}

/** Names kept at once; it bounds what invented keys can occupy. */
const maxNames = 2000;

/** The keys of sessions, as the configuration of the moment names them. */
export class SessionNames {
  readonly #config: () => SessionsConfig;
  #view: View | undefined;

  constructor(config: () => SessionsConfig) {
    this.#config = config;
  }

  get defaultAgentId(): string {
    return this.#keys().defaultAgentId;
  }

  /** Canonical form of a key. @throws SessionError `invalid-key` */
  canonical(key: string): string {
    return canonicalSessionKey(key, this.#keys());
  }

  /** The agent a key belongs to. */
  agentIdOf(key: string): string {
    return agentIdOfKey(key, this.#keys().defaultAgentId);
  }

  /** The main session of an agent, of the default agent when none is named. */
  mainKey(agentId?: string): string {
    return mainSessionKey(this.#keys(), agentId);
  }

  /** @throws SessionError `invalid-key` */
  of(rawKey: string): SessionName {
    const { names } = this.#now();
    const known = names.get(rawKey);
    if (known) return known;
    const key = this.canonical(rawKey);
    const agentId = this.agentIdOf(key);
    const found = { key, agentId, storedKeys: this.#storedKeys(key, rawKey.trim(), agentId) };
    if (names.size >= maxNames) names.clear();
    names.set(rawKey, found);
    return found;
  }

  #keys(): KeyContext {
    return this.#now().context;
  }

  #now(): View {
    const config = this.#config();
    if (this.#view?.config === config) return this.#view;
    this.#view = { config, context: keyContextOf(config), names: new Map() };
    return this.#view;
  }

  // The canonical key first, then the names under which older versions and clients stored the same session.
  #storedKeys(key: string, raw: string, agentId: string): string[] {
    const context = this.#keys();
    const names = [key, raw];
    if (key !== "global" && key === mainSessionKey(context, agentId)) {
      names.push(`agent:${agentId}:main`);
      if (agentId === context.defaultAgentId) names.push(normalizeMainKey(context.mainKey), "main");
    } else if (key.startsWith(`agent:${context.defaultAgentId}:`)) {
      names.push(key.slice(`agent:${context.defaultAgentId}:`.length));
    }
    return names;
  }
}
