import type { SelectItem } from "@earendil-works/pi-tui";
import type { GatewayClient } from "@openclaw/client";
import type { Conversation, ConversationSettings } from "./conversation.ts";
import { printableLine } from "./printable.ts";
import type { PickerName } from "./run-slash-command.ts";

/** What a picker shows and does. */
export interface PickerContent {
  title: string;
  items: SelectItem[];
  current?: string | undefined;
  choose(value: string): void | Promise<void>;
}

/** What the pickers read and change. */
export interface PickerWorld {
  conversation: Conversation;
  client: GatewayClient;
  settings: ConversationSettings;
  view: { addLine(text: string): void };
}

/** Collects what a picker offers. @throws what the Gateway refuses */
export async function pickerContent(name: PickerName, world: PickerWorld): Promise<PickerContent> {
  const { conversation, client } = world;
  switch (name) {
    case "agents":
      return {
        title: "Agents",
        items: conversation.agents.map(({ id, identity, name: given }) => item(id, id, identity?.name ?? given ?? "")),
        current: conversation.agentId,
        choose: (id) => conversation.openAgent(id),
      };
    case "sessions": {
      const { sessions } = await client.request("sessions.list", {
        limit: 100,
        includeGlobal: true,
        includeDerivedTitles: true,
      });
      return {
        title: "Sessions",
        items: sessions.map(({ key, label, displayName, derivedTitle }) =>
          item(key, key, label ?? displayName ?? derivedTitle ?? ""),
        ),
        current: conversation.sessionKey,
        choose: (key) => conversation.openSession(key),
      };
    }
    case "models": {
      const { models } = await client.request("models.list", {});
      return {
        title: "Models",
        items: models.map(({ id, provider, name: given }) => item(`${provider}/${id}`, `${provider}/${id}`, given)),
        current: conversation.facts().model,
        async choose(model) {
          await conversation.patch({ model });
          world.view.addLine(`model set to ${model}`);
        },
      };
    }
    case "settings":
      return settingsPicker(world);
  }
}

function settingsPicker({ settings, conversation }: PickerWorld): PickerContent {
  const state = (on: boolean) => (on ? "on" : "off");
  return {
    title: "Settings",
    items: [
      item("expanded", "Tool output", settings.expanded ? "expanded" : "collapsed"),
      item("showThinking", "Show thinking", state(settings.showThinking)),
      item("deliver", "Deliver answers", state(settings.deliver)),
    ],
    async choose(name) {
      if (name !== "expanded" && name !== "showThinking" && name !== "deliver") return;
      settings[name] = !settings[name];
      if (name === "showThinking") await conversation.reload();
    },
  };
}

function item(value: string, label: string, description: string): SelectItem {
  const shown = printableLine(description);
  return { value, label: printableLine(label), ...(shown === "" || shown === label ? {} : { description: shown }) };
}
