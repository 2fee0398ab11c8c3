import type { ChannelAccounts } from "@openclaw/plugin-sdk";
import { authDirOf } from "../auth/auth-dir.ts";
import { readLinkedUser } from "../auth/linked-user.ts";
import { readWebSettings, type WebSettings } from "./web-settings.ts";
import { readSettings, type WhatsAppSettings } from "./whatsapp-settings.ts";

/** One linked device of the configuration. */
export interface WhatsAppAccount {
  accountId: string;
  /** The folder with its credentials. */
  authDir: string;
  /** The folder is shared with other files, as it was before there were several accounts. */
  sharedAuthDir: boolean;
  settings: WhatsAppSettings;
  web: WebSettings;
  /** Address of a server on this machine that stands in for the service. */
  socketUrl: string | undefined;
  /** Stands in front of messages in the prompt; empty for nothing. */
  messagePrefix: string;
}

const socketVariable = "OPENCLAW_WHATSAPP_WEB_SOCKET_URL";

/** How the linked devices of the configuration are read. */
export const whatsappAccounts: Required<
  Pick<ChannelAccounts<WhatsAppAccount>, "switchedSingly" | "resolve" | "isConfigured" | "unconfiguredReason" | "setup">
> = {
  switchedSingly: true,
  resolve({ accountId, config, shared, env, stateDir }) {
    const settings = readSettings(config);
    const unnamed = settings.allowFrom.length === 0 ? `[${shared.assistantName ?? "openclaw"}]` : "";
    return {
      accountId,
      ...authDirOf({ accountId, stateDir, authDir: config.authDir, env }),
      settings,
      web: readWebSettings(shared.web),
      socketUrl: localSocketUrl(env[socketVariable]),
      messagePrefix: settings.messagePrefix ?? unnamed,
    };
  },
  async isConfigured({ web, authDir }) {
    return web.enabled && (await readLinkedUser(authDir)) !== undefined;
  },
  unconfiguredReason: ({ web }) => (web.enabled ? "not linked" : "disabled"),
  setup: ({ values: { authDir } }) => (authDir === undefined ? {} : { authDir }),
};

// Keys of the device would go to whoever is named here: only this machine is.
function localSocketUrl(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const address = URL.parse(text.trim());
  const local = address !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname);
  if (!local || !/^wss?:$/.test(address.protocol)) {
    throw new Error(`${socketVariable} has to be a ws:// address of this machine`);
  }
  return text.trim();
}
