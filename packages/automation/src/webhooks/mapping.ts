import { type WebhookAction, webhookAction } from "./action.ts";
import { renderTemplate, type TemplateFacts } from "./template.ts";
import type { Transforms } from "./transform.ts";
import type { HooksConfig, WebhookMapping } from "./webhook-settings.ts";

const gmailMessage = `New email
From: {{messages[0].from}}
Subject: {{messages[0].subject}}
{{messages[0].snippet}}
{{messages[0].body}}`;

/** The mappings of the configuration, then those of its presets. Names nobody knows are told to `warn`. */
export function webhookMappings(hooks: HooksConfig, warn: (text: string) => void): WebhookMapping[] {
  const presets = (hooks.presets ?? []).flatMap((preset): WebhookMapping[] => {
    if (preset.trim().toLowerCase() === "gmail") return [gmailMapping(hooks)];
    warn(`hooks: the preset ${preset} is not known and was left out`);
    return [];
  });
  return [...(hooks.mappings ?? []), ...presets];
}

function gmailMapping({ gmail }: HooksConfig): WebhookMapping {
  return {
    id: "gmail",
    match: { path: "gmail" },
    action: "agent",
    wakeMode: "now",
    name: "Gmail",
    sessionKey: "hook:gmail:{{messages[0].id}}",
    messageTemplate: gmailMessage,
    once: "gmail:{{messages[0].id}}",
    source: "email",
    ...(gmail?.allowUnsafeExternalContent === undefined
      ? {}
      : { allowUnsafeExternalContent: gmail.allowUnsafeExternalContent }),
  };
}

/** The first mapping whose conditions all hold. */
export function findMapping(mappings: readonly WebhookMapping[], facts: TemplateFacts): WebhookMapping | undefined {
  return mappings.find(({ match }) => {
    const path = match?.path?.replace(/^\/+|\/+$/g, "");
    if (path !== undefined && path !== "" && path !== facts.path) return false;
    return match?.source === undefined || match.source === facts.payload.source;
  });
}

/** Why a mapping leads to nothing, for whoever sent the request. */
export class MappingRefusal extends Error {
  override name = "MappingRefusal";
}

/**
 * What a mapping makes of a request; null when its transform wants nothing done.
 * @throws MappingRefusal when there is nothing to say, Error when the transform fails
 */
export async function applyMapping(
  mapping: WebhookMapping,
  facts: TemplateFacts,
  { url, transforms }: { url: string; transforms: Transforms },
): Promise<WebhookAction | null> {
  const { transform } = mapping;
  let built: Record<string, unknown> = builtAction(mapping, facts);
  if (transform !== undefined) {
    const { payload, headers, path } = facts;
    const result = await transforms.apply(transform.module, transform.export, { payload, headers, url, path });
    if (result === null) return null;
    if (typeof result === "object") built = merged(built, { ...result });
  }
  const said = built.kind === "wake" ? built.text : built.message;
  if (typeof said !== "string" || said.trim() === "") {
    throw new MappingRefusal(`hook mapping requires ${built.kind === "wake" ? "text" : "message"}`);
  }
  return webhookAction.parse(built);
}

function builtAction(mapping: WebhookMapping, facts: TemplateFacts): Record<string, unknown> {
  const render = (template: string | undefined) =>
    template === undefined ? undefined : renderTemplate(template, facts).trim() || undefined;
  const wakeMode = mapping.wakeMode ?? "now";
  if (mapping.action === "wake") return { kind: "wake", text: render(mapping.textTemplate) ?? "", mode: wakeMode };
  return {
    kind: "agent",
    message: render(mapping.messageTemplate) ?? "",
    name: render(mapping.name) ?? "Hook",
    sessionKey: render(mapping.sessionKey),
    wakeMode,
    deliver: mapping.deliver !== false,
    channel: mapping.channel ?? "last",
    to: render(mapping.to),
    model: render(mapping.model),
    thinking: render(mapping.thinking),
    timeoutSeconds: mapping.timeoutSeconds,
    allowUnsafeExternalContent: mapping.allowUnsafeExternalContent,
    source: mapping.source,
    once: render(mapping.once),
  };
}

/** What a transform says counts; a change of kind takes the text along. */
function merged(built: Record<string, unknown>, own: Record<string, unknown>): Record<string, unknown> {
  const kind = own.kind ?? built.kind;
  const defaults =
    kind === "wake"
      ? { text: built.text ?? built.message, mode: built.mode ?? built.wakeMode }
      : {
          message: built.message ?? built.text,
          name: "Hook",
          wakeMode: built.wakeMode ?? built.mode,
          deliver: true,
          channel: "last",
        };
  return { ...defaults, ...built, ...own, kind };
}
