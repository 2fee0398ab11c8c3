/** One environment variable the programs of this project understand. */
export interface EnvironmentVariable {
  readonly name: string;
  /** Older names; they act, in this order, only while `name` is unset or blank. */
  readonly legacy?: readonly string[];
  readonly group: EnvironmentGroup;
  /** One sentence for the manual. */
  readonly meaning: string;
}

export type EnvironmentGroup =
  | "location"
  | "gateway"
  | "shell-import"
  | "cache"
  | "switch"
  | "discovery"
  | "debug"
  | "agent"
  | "assets"
  | "service"
  | "cli"
  | "container"
  | "installer"
  | "credential";

const rows: Record<EnvironmentGroup, readonly (readonly [name: string, meaning: string, ...legacy: string[]])[]> = {
  location: [
    ["OPENCLAW_HOME", "Home directory; `~` and `~/…` are expanded with the operating system's home."],
    ["OPENCLAW_STATE_DIR", "State directory; default `<home>/.openclaw`.", "CLAWDBOT_STATE_DIR"],
    ["OPENCLAW_CONFIG_PATH", "Configuration file; default `<state>/openclaw.json`.", "CLAWDBOT_CONFIG_PATH"],
    ["OPENCLAW_PROFILE", "Profile name; `foo` moves the state to `<home>/.openclaw-foo`."],
    ["OPENCLAW_AGENT_DIR", "Directory of the default agent.", "PI_CODING_AGENT_DIR"],
    ["OPENCLAW_OAUTH_DIR", "Directory of the legacy `oauth.json`; default `<state>/credentials`."],
  ],
  gateway: [
    ["OPENCLAW_GATEWAY_PORT", "Port of the Gateway; before `gateway.port`.", "CLAWDBOT_GATEWAY_PORT"],
    ["OPENCLAW_GATEWAY_TOKEN", "Shared token when `gateway.auth.token` is absent.", "CLAWDBOT_GATEWAY_TOKEN"],
    ["OPENCLAW_GATEWAY_PASSWORD", "Password when `gateway.auth.password` is absent.", "CLAWDBOT_GATEWAY_PASSWORD"],
    ["OPENCLAW_ALLOW_MULTI_GATEWAY", "`1` skips the lock file of the configuration; the state lease stays."],
    ["OPENCLAW_NIX_MODE", "`1`: the configuration is managed outside; it is never written or migrated here."],
  ],
  "shell-import": [
    ["OPENCLAW_LOAD_SHELL_ENV", "Truthy: import missing API keys from the login shell, as `env.shellEnv.enabled`."],
    [
      "OPENCLAW_SHELL_ENV_TIMEOUT_MS",
      "Time limit of that import in ms when the configuration gives none; default 15000.",
    ],
    ["OPENCLAW_DEFER_SHELL_ENV_FALLBACK", "Truthy: no login-shell import while the configuration is loaded."],
  ],
  cache: [
    ["OPENCLAW_CONFIG_CACHE_MS", "Known and unused: a config store holds the configuration until the file changes."],
    ["OPENCLAW_DISABLE_CONFIG_CACHE", "Known and unused, for the same reason."],
    ["OPENCLAW_PLUGIN_MANIFEST_CACHE_MS", "Lifetime of the plugin manifest cache in ms; default 200."],
    ["OPENCLAW_DISABLE_PLUGIN_MANIFEST_CACHE", "Any value disables the plugin manifest cache."],
    ["OPENCLAW_SESSION_CACHE_TTL_MS", "Lifetime of the session store cache in ms; default 45000."],
    ["OPENCLAW_SESSION_MANAGER_CACHE_TTL_MS", "Lifetime of the transcript cache in ms; default 45000."],
  ],
  switch: [
    ["OPENCLAW_SKIP_CHANNELS", "Truthy: start no channel."],
    ["OPENCLAW_SKIP_PROVIDERS", "Truthy: start no channel (older name)."],
    ["OPENCLAW_SKIP_CRON", "`1`: no scheduler."],
    ["OPENCLAW_SKIP_CANVAS_HOST", "`1`: no canvas host."],
    ["OPENCLAW_SKIP_GMAIL_WATCHER", "Truthy: no Gmail watcher."],
    ["OPENCLAW_SKIP_BROWSER_CONTROL_SERVER", "Truthy: no browser control server."],
    ["OPENCLAW_DISABLE_BONJOUR", "Truthy: no mDNS advertisement."],
  ],
  discovery: [
    ["OPENCLAW_MDNS_HOSTNAME", "Advertised host name; default `openclaw`.", "CLAWDBOT_MDNS_HOSTNAME"],
    ["OPENCLAW_SSH_PORT", "SSH port put in discovery records."],
    ["OPENCLAW_CLI_PATH", "Path of the CLI put in discovery records."],
    ["OPENCLAW_TAILNET_DNS", "Tailnet name put in discovery records."],
    ["OPENCLAW_WIDE_AREA_DOMAIN", "Wide-area domain when `discovery.wideArea.domain` is absent."],
  ],
  debug: [
    ["OPENCLAW_DIAGNOSTICS", "Diagnostic flags added to `diagnostics.flags`; `all` for every flag, `0` for none."],
    ["OPENCLAW_CACHE_TRACE", "Overrides `diagnostics.cacheTrace.enabled`."],
    ["OPENCLAW_CACHE_TRACE_FILE", "Cache trace file when `diagnostics.cacheTrace.filePath` is absent."],
    ["OPENCLAW_CACHE_TRACE_MESSAGES", "Overrides `diagnostics.cacheTrace.includeMessages`."],
    ["OPENCLAW_CACHE_TRACE_PROMPT", "Overrides `diagnostics.cacheTrace.includePrompt`."],
    ["OPENCLAW_CACHE_TRACE_SYSTEM", "Overrides `diagnostics.cacheTrace.includeSystem`."],
    ["OPENCLAW_RAW_STREAM", "Truthy: dump raw model streams."],
    ["OPENCLAW_RAW_STREAM_PATH", "File of that dump; default `<state>/logs/raw-stream.jsonl`."],
    ["OPENCLAW_ANTHROPIC_PAYLOAD_LOG", "Truthy: dump Anthropic requests."],
    ["OPENCLAW_ANTHROPIC_PAYLOAD_LOG_FILE", "File of that dump."],
    ["OPENCLAW_CLAUDE_CLI_LOG_OUTPUT", "Truthy: log the output of the Claude CLI backend."],
    ["OPENCLAW_DEBUG_HEALTH", "Truthy: more output of health checks."],
    ["OPENCLAW_DEBUG_MEMORY_EMBEDDINGS", "Truthy: more output of memory embeddings."],
    ["OPENCLAW_DEBUG_TELEGRAM_ACCOUNTS", "Truthy: more output about Telegram accounts."],
    ["OPENCLAW_DEBUG_NEXTCLOUD_TALK_ACCOUNTS", "Truthy: more output about Nextcloud Talk accounts."],
  ],
  agent: [
    [
      "OPENCLAW_BASH_PENDING_MAX_OUTPUT_CHARS",
      "Kept output of a background command, 1000–200000 characters; default 200000.",
    ],
    ["PI_BASH_MAX_OUTPUT_CHARS", "Kept output of a command, 1000–200000 characters; default 200000."],
    ["PI_BASH_YIELD_MS", "Time in ms after which a command goes to the background; default 10000."],
    ["PI_BASH_JOB_TTL_MS", "Time in ms for which a finished background command is remembered."],
    ["OPENCLAW_TTS_PREFS", "TTS preference file when `messages.tts.prefsPath` is absent."],
    ["OPENCLAW_IMAGE_BACKEND", "Image processing by `sips` or `sharp`."],
    [
      "OPENCLAW_TELEGRAM_DISABLE_AUTO_SELECT_FAMILY",
      "Truthy: overrides `channels.telegram.network.autoSelectFamily` with false.",
    ],
    [
      "OPENCLAW_TELEGRAM_ENABLE_AUTO_SELECT_FAMILY",
      "Truthy: overrides `channels.telegram.network.autoSelectFamily` with true.",
    ],
    ["OPENCLAW_WHATSAPP_WEB_SOCKET_URL", "Another WhatsApp Web socket address; for tests against a fake server."],
    ["OPENCLAW_NODE_EXEC_HOST", "`app`: the node host needs the companion app to run commands."],
    ["OPENCLAW_NODE_EXEC_FALLBACK", "`0`: the node host runs nothing itself when the companion app is missing."],
  ],
  assets: [
    ["OPENCLAW_BUNDLED_PLUGINS_DIR", "Replaces the directory of bundled plugins."],
    ["OPENCLAW_BUNDLED_SKILLS_DIR", "Replaces the directory of bundled skills."],
    ["OPENCLAW_BUNDLED_HOOKS_DIR", "Replaces the directory of bundled hooks."],
    ["OPENCLAW_PLUGIN_CATALOG_PATHS", "Further channel catalogues.", "OPENCLAW_MPM_CATALOG_PATHS"],
    ["OPENCLAW_BROWSER_CONTROL_MODULE", "Module that replaces the browser control service."],
  ],
  service: [
    ["OPENCLAW_LAUNCHD_LABEL", "launchd label of the service."],
    ["OPENCLAW_SYSTEMD_UNIT", "systemd unit of the service."],
    ["OPENCLAW_WINDOWS_TASK_NAME", "Name of the Windows task."],
    ["OPENCLAW_TASK_SCRIPT", "Script the Windows task runs."],
    ["OPENCLAW_TASK_SCRIPT_NAME", "File name of that script."],
    ["OPENCLAW_LOG_PREFIX", "Prefix of the service's log files."],
    ["OPENCLAW_SERVICE_MARKER", "Marks a unit as written by our installer."],
    ["OPENCLAW_SERVICE_KIND", "`gateway` or `node`."],
    ["OPENCLAW_SERVICE_VERSION", "Version that wrote the unit."],
    ["OPENCLAW_GIT_DIR", "Checkout directory of the update command."],
    ["OPENCLAW_UPDATE_IN_PROGRESS", "Set while an update runs, so that it does not start another."],
  ],
  cli: [
    ["OPENCLAW_HIDE_BANNER", "Truthy: no banner."],
    ["OPENCLAW_TAGLINE_INDEX", "Fixes the line under the banner."],
    ["OPENCLAW_DISABLE_LAZY_SUBCOMMANDS", "Reserved; commands are always loaded when used."],
    ["OPENCLAW_EAGER_CHANNEL_OPTIONS", "Reserved; channel options are read from light manifests."],
    ["OPENCLAW_DISABLE_ROUTE_FIRST", "Reserved."],
    ["OPENCLAW_NO_RESPAWN", "Reserved; the program never starts itself again."],
    ["OPENCLAW_NODE_OPTIONS_READY", "Reserved."],
    ["OPENCLAW_PATH_BOOTSTRAPPED", "Reserved."],
    ["OPENCLAW_VERSION", "Version put there by packaging; for the installers the version to install."],
    ["OPENCLAW_BUNDLED_VERSION", "Version put there by packaging."],
    ["OPENCLAW_ROOT", "Root of the installation put there by packaging."],
    ["CLAWDBOT_SHELL", "Reserved."],
    ["CLAWDBOT_SHOW_SECRETS", "Reserved."],
  ],
  container: [
    ["OPENCLAW_BROWSER_CDP_PORT", "Passed into sandbox containers: CDP port."],
    ["OPENCLAW_BROWSER_VNC_PORT", "Passed into sandbox containers: VNC port."],
    ["OPENCLAW_BROWSER_NOVNC_PORT", "Passed into sandbox containers: noVNC port."],
    ["OPENCLAW_BROWSER_HEADLESS", "Passed into sandbox containers: headless browser."],
    ["OPENCLAW_BROWSER_ENABLE_NOVNC", "Passed into sandbox containers: noVNC on or off."],
    ["OPENCLAW_PREPEND_PATH", "Passed into sandbox containers: directories put before PATH."],
    ["OPENCLAW_HOME_VOLUME", "Container packaging: named volume of the home directory."],
    ["OPENCLAW_EXTRA_MOUNTS", "Container packaging: further bind mounts."],
    ["OPENCLAW_DOCKER_APT_PACKAGES", "Container packaging: further Debian packages."],
    ["OPENCLAW_CONFIG_DIR", "Container packaging: host directory of the state."],
    ["OPENCLAW_WORKSPACE_DIR", "Container packaging: host directory of the workspace."],
    ["OPENCLAW_GATEWAY_BIND", "Container packaging: bind mode given to the Gateway."],
    ["OPENCLAW_IMAGE", "Container packaging: image name."],
    ["OPENCLAW_PREFER_PNPM", "Platform packaging: install with pnpm."],
  ],
  installer: [
    ["OPENCLAW_INSTALL_METHOD", "Installers: `npm` or `git`."],
    ["OPENCLAW_BETA", "Installers: take the beta."],
    ["OPENCLAW_GIT_UPDATE", "Installers: update an existing checkout."],
    ["OPENCLAW_NO_PROMPT", "Installers: ask nothing."],
    ["OPENCLAW_NO_ONBOARD", "Installers: do not start onboarding."],
    ["OPENCLAW_DRY_RUN", "Installers: change nothing."],
    ["OPENCLAW_VERBOSE", "Installers: print every step."],
    ["OPENCLAW_NPM_LOGLEVEL", "Installers: npm's log level."],
    ["OPENCLAW_PREFIX", "Installers: local prefix."],
    ["OPENCLAW_NODE_VERSION", "Installers: Node version for the local prefix."],
  ],
  credential: [
    ["OPENCLAW_GEMINI_OAUTH_CLIENT_ID", "Client id of the Gemini CLI sign-in plugin."],
    ["OPENCLAW_GEMINI_OAUTH_CLIENT_SECRET", "Client secret of the Gemini CLI sign-in plugin."],
    ["OPENCLAW_TWITCH_ACCESS_TOKEN", "Twitch token of the default account."],
    ["Z_AI_API_KEY", "Copied to ZAI_API_KEY when that one is blank."],
    ["TELEGRAM_BOT_TOKEN", "Telegram token of the default account; the configuration wins."],
    ["DISCORD_BOT_TOKEN", "Discord token of the default account; the configuration wins."],
    ["SLACK_BOT_TOKEN", "Slack bot token of the default account; the configuration wins."],
    ["SLACK_APP_TOKEN", "Slack app token of the default account; the configuration wins."],
    ["SLACK_USER_TOKEN", "Slack user token of the default account; the configuration wins."],
    ["MATTERMOST_BOT_TOKEN", "Mattermost token of the default account; the configuration wins."],
    ["MATTERMOST_URL", "Mattermost server of the default account; the configuration wins."],
    ["GOOGLE_CHAT_SERVICE_ACCOUNT", "Google Chat service account (JSON) of the default account."],
    ["GOOGLE_CHAT_SERVICE_ACCOUNT_FILE", "File with that service account."],
    ["ZALO_BOT_TOKEN", "Zalo token of the default account; the configuration wins."],
    ["NEXTCLOUD_TALK_BOT_SECRET", "Nextcloud Talk secret of the default account; the configuration wins."],
    ["LINE_CHANNEL_ACCESS_TOKEN", "LINE token of the default account; the configuration wins."],
    ["LINE_CHANNEL_SECRET", "LINE secret of the default account; the configuration wins."],
    ["BRAVE_API_KEY", "Brave search key when the configuration has none."],
    ["PERPLEXITY_API_KEY", "Perplexity key when the configuration has none."],
    ["OPENROUTER_API_KEY", "OpenRouter key when the configuration has none."],
    ["XAI_API_KEY", "xAI key when the configuration has none."],
    ["FIRECRAWL_API_KEY", "Firecrawl key when the configuration has none."],
    ["ELEVENLABS_API_KEY", "ElevenLabs key when the configuration has none."],
    ["XI_API_KEY", "ElevenLabs key when the configuration has none (second name)."],
    ["ELEVENLABS_VOICE_ID", "ElevenLabs voice when the configuration has none."],
    ["SAG_VOICE_ID", "ElevenLabs voice when the configuration has none (second name)."],
    ["OPENAI_API_KEY", "OpenAI key when the configuration has none."],
  ],
};

const groups = Object.keys(rows) as EnvironmentGroup[];

/** Every variable by name, in the order of the manual. Provider API keys beyond those listed belong to the models package. */
export const environmentVariables: readonly EnvironmentVariable[] = /* @__PURE__ */ groups.flatMap((group) =>
  rows[group].map(([name, meaning, ...legacy]) =>
    legacy.length > 0 ? { name, legacy, group, meaning } : { name, group, meaning },
  ),
);

/** Old names that act while the new one is unset; the only ones, every other `CLAWDBOT_`/`MOLTBOT_` variable is ignored. */
const legacyNames: Readonly<Record<string, readonly string[]>> = /* @__PURE__ */ Object.fromEntries(
  environmentVariables.flatMap((row) => (row.legacy ? [[row.name, row.legacy]] : [])),
);

/** The trimmed value of a variable, or of an older name of it; unset and blank are both `undefined`. */
export function readVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  for (const candidate of [name, ...(legacyNames[name] ?? [])]) {
    const value = env[candidate]?.trim();
    if (value) return value;
  }
  return undefined;
}

/** `true` for 1, true, yes, on; `false` for 0, false, no, off (any case); `undefined` for anything else. */
export function readFlag(env: NodeJS.ProcessEnv, name: string): boolean | undefined {
  const value = readVariable(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (["1", "true", "yes", "on"].includes(value)) return true;
  if (["0", "false", "no", "off"].includes(value)) return false;
  return undefined;
}

/** Whether the configuration is managed from outside (`OPENCLAW_NIX_MODE=1`) and must not be written here. */
export function isNixMode(env: NodeJS.ProcessEnv): boolean {
  return readVariable(env, "OPENCLAW_NIX_MODE") === "1";
}

/** Set variables with an old prefix that have no effect any more; the doctor names them. */
export function ignoredLegacyVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(environmentVariables.flatMap((row) => [row.name, ...(row.legacy ?? [])]));
  return Object.keys(env)
    .filter((name) => /^(CLAWDBOT|MOLTBOT|MOLDBOT)_/.test(name) && env[name]?.trim() && !known.has(name))
    .sort();
}
