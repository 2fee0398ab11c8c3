import type { ChannelLogin } from "@openclaw/plugin-sdk";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import { forgetLink } from "../auth/forget-link.ts";
import { readLinkedUser } from "../auth/linked-user.ts";
import type { OpenSocket } from "../socket/whatsapp-socket.ts";
import { linkDevice } from "./link-device.ts";

/** Linking an account to somebody's telephone, and forgetting the link. */
export function createLogin(open: OpenSocket): ChannelLogin<WhatsAppAccount> {
  return {
    async linkedAs({ authDir }) {
      const user = await readLinkedUser(authDir);
      return user?.e164 ?? user?.jid;
    },
    login: (input) => linkDevice(input, open),
    async logout({ account }) {
      const cleared = await forgetLink(account);
      return { cleared, loggedOut: cleared };
    },
  };
}
