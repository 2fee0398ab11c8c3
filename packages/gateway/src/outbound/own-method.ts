import type { ChannelActionName, MessageRef, RunningAccount, Target } from "@openclaw/plugin-sdk";
import { buttonRows, jsonOf, text } from "./action-params.ts";
import { invalid } from "./outbound-error.ts";

/** What a running account does by a method of its own; undefined for what `act` does. */
export async function ownMethod(
  account: RunningAccount,
  action: ChannelActionName,
  params: Readonly<Record<string, unknown>>,
  target: Target,
): Promise<Record<string, unknown> | undefined> {
  const ref = (): MessageRef => {
    const messageId = text(params.messageId);
    if (messageId === undefined) throw invalid(`Action ${action} requires a message id.`);
    const participant = text(params.participant);
    return {
      to: target.to,
      ...(target.threadId === undefined ? {} : { threadId: target.threadId }),
      messageId,
      ...(participant === undefined ? {} : { participant }),
      ...(params.fromMe === true ? { fromMe: true } : {}),
    };
  };
  switch (action) {
    case "react": {
      if (account.react === undefined) return undefined;
      const emoji = typeof params.emoji === "string" ? params.emoji : undefined;
      if (emoji === undefined || (params.remove === true && emoji === "")) throw invalid("react requires emoji");
      const remove = params.remove === true;
      await account.react(ref(), { emoji, ...(remove ? { remove } : {}) });
      return remove || emoji === "" ? { ok: true, removed: emoji } : { ok: true, added: emoji };
    }
    case "edit": {
      if (account.edit === undefined) return undefined;
      const message = text(params.message);
      if (message === undefined) throw invalid("edit requires message");
      const buttons = jsonOf(params.buttons, "buttons");
      await account.edit(ref(), {
        text: message.replaceAll("\\n", "\n"),
        ...(Array.isArray(buttons) ? { buttons: buttonRows(buttons) } : {}),
      });
      return { ok: true };
    }
    case "delete":
    case "unsend": {
      if (account.remove === undefined) return undefined;
      await account.remove(ref());
      return { ok: true, deleted: true };
    }
    default:
      return undefined;
  }
}
