import { type CommandHandler, say } from "./command-request.ts";

/** `/whoami`: how the assistant knows the sender, and what to write into an allow list for them. */
export const whoamiCommand: CommandHandler = ({ sender, place }) => {
  const line = (label: string, value: string | undefined) => (value ? `${label}${value}` : undefined);
  const allowFrom = sender.id ?? (sender.username ? `@${sender.username}` : undefined);
  return say(
    "🧭 Identity",
    line("Channel: ", place.channel),
    line("User id: ", sender.id),
    line("Username: @", sender.username?.replace(/^@/, "")),
    line("Chat: ", place.chat),
    line("Thread: ", place.threadId),
    line("AllowFrom: ", allowFrom),
  );
};
