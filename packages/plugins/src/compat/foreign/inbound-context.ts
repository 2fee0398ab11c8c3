/** The fields of an inbound message, as channels of the reference release fill them in. */
export type InboundContext = Record<string, unknown>;

const textFields = [
  "Body",
  "BodyForAgent",
  "BodyForCommands",
  "CommandBody",
  "RawBody",
  "ReplyToBody",
  "ThreadStarterBody",
  "Transcript",
  "ConversationLabel",
];

/** Completes what a channel knows of a message; the object itself is completed, as channels go on using it. */
export function finalizeInboundContext<C extends InboundContext>(
  given: C,
  options: { forceBodyForAgent?: boolean; forceBodyForCommands?: boolean; forceConversationLabel?: boolean } = {},
): C & { CommandAuthorized: boolean } {
  const context: InboundContext = given;
  for (const field of textFields) {
    const value = context[field];
    if (typeof value === "string") context[field] = value.replace(/\r\n?/g, "\n");
  }
  if (Array.isArray(context.UntrustedContext)) {
    context.UntrustedContext = context.UntrustedContext.filter(
      (each) => typeof each === "string" && each.trim() !== "",
    );
  }
  const body = textOf(context.Body) ?? "";
  context.Body = body;
  const kind = textOf(context.ChatType)?.trim().toLowerCase();
  if (kind !== undefined) context.ChatType = kind === "dm" ? "direct" : kind;
  if (options.forceBodyForAgent || textOf(context.BodyForAgent) === undefined) context.BodyForAgent = body;
  if (options.forceBodyForCommands || textOf(context.BodyForCommands) === undefined) {
    context.BodyForCommands = textOf(context.CommandBody) ?? textOf(context.RawBody) ?? body;
  }
  if (options.forceConversationLabel || !textOf(context.ConversationLabel)?.trim()) {
    context.ConversationLabel = conversationLabel(context);
  }
  if (context.ChatType !== undefined && context.ChatType !== "direct") nameSender(context);
  context.CommandAuthorized = context.CommandAuthorized === true;
  return given as C & { CommandAuthorized: boolean };
}

/** How a conversation is called where its channel does not say. */
export function conversationLabel(context: InboundContext): string | undefined {
  const thread = textOf(context.ThreadLabel)?.trim();
  if (thread) return thread;
  const from = textOf(context.From)?.trim();
  if (context.ChatType === "direct" || context.ChatType === undefined) {
    return textOf(context.SenderName)?.trim() || from || undefined;
  }
  const name = [context.GroupChannel, context.GroupSubject, context.GroupSpace]
    .map((each) => textOf(each)?.trim())
    .find(Boolean);
  const id = from?.slice(from.lastIndexOf(":") + 1);
  if (!name) return from || undefined;
  const shownId = id !== undefined && (/^[0-9]+$/.test(id) || id.includes("@g.us")) && !name.includes(id);
  return shownId ? `${name} id:${id}` : name;
}

/** How the sender of a message is called. */
export function senderLabelOf(context: InboundContext): string | undefined {
  const shown = firstText(context.SenderName, context.SenderUsername, context.SenderTag);
  const id = firstText(context.SenderE164, context.SenderId);
  return shown && id && shown !== id ? `${shown} (${id})` : (shown ?? id);
}

/** In a group the model has to see who wrote. */
function nameSender(context: InboundContext): void {
  const label = senderLabelOf(context);
  for (const field of ["Body", "BodyForAgent"]) {
    const body = textOf(context[field]);
    if (body === undefined || label === undefined) continue;
    if (body.includes("[from:") || namesSender(body, label, context)) continue;
    context[field] = `${body}\n[from: ${label}]`;
  }
}

function namesSender(body: string, label: string, context: InboundContext): boolean {
  const names = [label, firstText(context.SenderName), firstText(context.SenderUsername), firstText(context.SenderId)];
  return names.some((name) => name !== undefined && body.includes(`${name}: `));
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function firstText(...values: unknown[]): string | undefined {
  return values.map((value) => textOf(value)?.trim()).find(Boolean);
}
